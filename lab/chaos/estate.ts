/** What a storm rages over: VMs of every kind of way to the target, and the plans that move them. */
import type { Manifests } from '../../client';
import { PLAN_NAMESPACE, PROVIDER_SECRET, TARGET_NAMESPACE } from '../cluster-objects';
import { DEMO_INVENTORY } from '../demo-inventory';
import { labImage } from '../lab-images';
import type { LabState } from '../state';
import type { DiskSpec, VcenterSpec, VmSpec } from '../vcenter-spec';

/** MiB of the extents that the second array copies; {@link ODD_MIB} is no multiple, so that array refuses such a disk. */
const EXTENT_MIB = 4;
const SIZE_MIB = 8;
const ODD_MIB = 6;

/** By datastore: the class of the target volume, and the plugin that copies into it. */
const DATASTORES = {
  'ssd-1': { storageClass: 'fast-block', plugin: null },
  'ssd-2': { storageClass: 'fast-files', plugin: null },
  'san-1': { storageClass: 'zonal-block', plugin: 'offload-plugin' },
  'san-2': { storageClass: 'fast-block', plugin: 'extent-plugin' },
} as const;
type Datastore = keyof typeof DATASTORES;

/** A way to the target that a VM may go. */
interface Role {
  name: string;
  disks: readonly [Datastore, ...Datastore[]];
  convert: boolean;
  /** Its guest has to prove that it is up. */
  proven?: true;
  sizeMiB?: number;
  spec?: Partial<VmSpec>;
  /** The array fails each copy of its disk: it parks until the storm is over. */
  parks?: true;
}

const ROLES: readonly Role[] = [
  { name: 'import', disks: ['ssd-1', 'ssd-2'], convert: true },
  { name: 'plugin', disks: ['san-1', 'san-1'], convert: true, proven: true },
  { name: 'parks', disks: ['ssd-1', 'san-1'], convert: false, parks: true },
  { name: 'mixed', disks: ['ssd-1', 'san-1', 'ssd-2'], convert: true, spec: { tools: false } },
  { name: 'refused', disks: ['san-2', 'ssd-1'], convert: false, sizeMiB: ODD_MIB },
  { name: 'off', disks: ['ssd-2', 'san-2'], convert: true, spec: { powerState: 'poweredOff' } },
  { name: 'plain', disks: ['san-1', 'ssd-1'], convert: false, proven: true },
  { name: 'deaf', disks: ['ssd-1'], convert: true, spec: { ignoresShutdown: true } },
];

export interface EstateVm {
  role: Role;
  spec: VmSpec;
}

/** The first `count` VMs of an endless row of all roles in turn: `import-0`, …, `import-8`, … */
export function estate(count: number): EstateVm[] {
  return Array.from({ length: count }, (_, place) => {
    const role = ROLES[place % ROLES.length]!;
    return { role, spec: vmSpec(role, place) };
  });
}

function vmSpec({ name, disks, sizeMiB = SIZE_MIB, spec }: Role, place: number): VmSpec {
  const mac = `00:50:56:3a:${hex(place >> 8)}:${hex(place & 0xff)}`;
  return {
    name: `${name}-${place}`,
    firmware: place % 2 === 0 ? 'bios' : 'efi',
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 512,
    guestId: 'debian12_64Guest',
    powerState: 'poweredOn',
    nics: [{ network: 'VM Network', mac }],
    disks: disks.map((datastore): DiskSpec => ({ datastore, sizeMiB, bus: 'scsi' })),
    ...spec,
  };
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

export function inventoryOf(vms: readonly EstateVm[]): VcenterSpec {
  return { ...DEMO_INVENTORY, vms: vms.map(({ spec }) => spec) };
}

/** How vCenter and the array name a disk of a VM. */
function diskPath({ name, disks }: VmSpec, place: number): string {
  const suffix = place === 0 ? '' : `_${place}`;
  return `[${disks[place]!.datastore}] ${name}/${name}${suffix}.vmdk`;
}

export function lastDisk({ spec }: EstateVm): string {
  return diskPath(spec, spec.disks.length - 1);
}

/** Of all VMs, those that a plugin copies. */
export function arrayDisks(vms: readonly EstateVm[]): string[] {
  return vms.flatMap(({ spec }) =>
    spec.disks.flatMap(({ datastore }, place) =>
      DATASTORES[datastore as Datastore].plugin === null ? [] : [diskPath(spec, place)],
    ),
  );
}

const KINDS = [
  { name: 'converted', convert: true, proven: false },
  { name: 'unconverted', convert: false, proven: false },
  { name: 'converted-proven', convert: true, proven: true },
  { name: 'unconverted-proven', convert: false, proven: true },
] as const;

/** A plan of each kind, where there are VMs of it. `vcenterUrl` is where the plan looks for vCenter. */
export function plans(lab: LabState, vms: readonly EstateVm[], vcenterUrl: string): Manifests[] {
  return KINDS.flatMap((kind) => {
    const names = vms
      .filter(({ role }) => role.convert === kind.convert && (role.proven === true) === kind.proven)
      .map(({ spec }) => spec.name);
    return names.length === 0 ? [] : [plan(lab, { ...kind, names, vcenterUrl })];
  });
}

interface PlanSpec {
  name: string;
  names: readonly string[];
  convert: boolean;
  proven: boolean;
  vcenterUrl: string;
}

/** The lab's guests say one line on their console: lab/images/virt-launcher/launch.sh. */
const PROOF = { by: 'console', pattern: 'the disks of this guest are held: \\d+', timeout: '2m' };

const PROVIDERS = {
  source: { name: 'vcenter', namespace: PLAN_NAMESPACE },
  destination: { name: 'host', namespace: PLAN_NAMESPACE },
};

function plan(lab: LabState, { name, names, convert, proven, vcenterUrl }: PlanSpec): Manifests {
  const provider = PROVIDERS;
  const secret = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  const network = [{ source: { name: 'VM Network' }, destination: { type: 'pod' } }];
  return [
    manifest('Provider', 'vcenter', { type: 'vsphere', url: vcenterUrl, secret }),
    manifest('Provider', 'host', { type: 'openshift', url: '' }),
    manifest('StorageMap', 'storage', { provider, map: storageMap(lab) }),
    manifest('NetworkMap', 'network', { provider, map: network }),
    manifest('Plan', name, {
      provider,
      targetNamespace: TARGET_NAMESPACE,
      map: {
        storage: { name: 'storage', namespace: PLAN_NAMESPACE },
        network: { name: 'network', namespace: PLAN_NAMESPACE },
      },
      vms: names.map((vm) => ({ name: vm })),
      skipGuestConversion: !convert,
      drover: {
        conversionImage: labImage(lab.registry, 'conversion'),
        maxConcurrentVms: 3,
        copyAttempts: 3,
        shutdownTimeout: '20s',
        onShutdownTimeout: 'powerOff',
        ...(proven && { verify: PROOF }),
      },
    }),
  ];
}

function storageMap({ registry, arrayUrl }: LabState): object[] {
  return Object.entries(DATASTORES).map(([name, { storageClass, plugin }]) => ({
    source: { name },
    destination: {
      storageClass,
      ...(plugin !== null && {
        offloadPlugin: {
          image: labImage(registry, plugin),
          vars: {
            ARRAY_URL: arrayUrl,
            ...(plugin === 'extent-plugin' && { EXTENT_MIB: String(EXTENT_MIB) }),
          },
          ...(plugin === 'extent-plugin' && { fallback: 'import' }),
        },
      }),
    },
  }));
}

function manifest(kind: string, name: string, spec: object): Record<string, unknown> {
  return {
    apiVersion: 'forklift.konveyor.io/v1beta1',
    kind,
    metadata: { name, namespace: PLAN_NAMESPACE },
    spec,
  };
}
