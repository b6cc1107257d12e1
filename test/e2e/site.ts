/** What end-to-end tests migrate: VMs of a simulated vCenter, and a plan for any of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifests } from '../../activities/interfaces';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import { labImage } from '../../lab/lab-images';
import type { LabState } from '../../lab/state';
import type { DiskSpec, NetworkSpec, VcenterSpec, VmSpec } from '../../lab/vcenter-spec';
import type { HookStep } from '../../plan/hooks';

/** Each datastore's disks go their own way. */
export const ROUTES = {
  /** Imported into a block volume. */
  block: 'ssd-1',
  /** Imported into a volume with a file system. */
  files: 'ssd-2',
  /** Copied by the offload plugin. */
  array: 'san-1',
  /** Copied by another vendor's plugin, which refuses what is not made up of extents of {@link EXTENT_MIB}. */
  extents: 'san-2',
  /** Its target class makes no volume, ever. */
  full: 'full-1',
} as const;

export const EXTENT_MIB = 4;

export type Route = keyof typeof ROUTES;

const CLASSES: Record<Route, string> = {
  block: 'fast-block',
  files: 'fast-files',
  array: 'zonal-block',
  extents: 'fast-block',
  full: 'never-binds',
};

const NAMESPACE = 'openshift-mtv';
export const TARGET_NAMESPACE = 'migrated';
const PROVIDERS = {
  source: { name: 'vcenter', namespace: NAMESPACE },
  destination: { name: 'host', namespace: NAMESPACE },
};

export type VmOptions = Partial<Omit<VmSpec, 'name' | 'disks'>> & { sizeMiB?: number };

/** A running VM with one disk for each route given. */
export function vm(name: string, routes: readonly Route[], options: VmOptions = {}): VmSpec {
  const { sizeMiB = 16, ...spec } = options;
  return {
    name,
    firmware: 'bios',
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 512,
    guestId: 'debian12_64Guest',
    powerState: 'poweredOn',
    nics: [{ network: 'VM Network', mac: '' }],
    disks: routes.map((route): DiskSpec => ({ datastore: ROUTES[route], sizeMiB, bus: 'scsi' })),
    ...spec,
  };
}

/** What the vCenter has beside what most tests need. */
export interface Beyond {
  networks?: readonly NetworkSpec[];
  /** As the vCenter stores their names. */
  datastores?: readonly string[];
}

export function inventory(
  vms: readonly VmSpec[],
  { networks = [], datastores = [] }: Beyond = {},
): VcenterSpec {
  let cards = 0;
  const withMac = (spec: VmSpec): VmSpec => ({
    ...spec,
    nics: spec.nics.map((nic) => ({ ...nic, mac: `00:50:56:30:00:${hex((cards += 1))}` })),
  });
  return {
    ...DEMO_INVENTORY,
    datastores: [...Object.values(ROUTES), ...datastores],
    networks: [...DEMO_INVENTORY.networks, ...networks],
    vms: vms.map(withMac),
  };
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

export interface PlanOptions {
  /** Default: the first VM's name. */
  name?: string;
  /** `spec.drover`. */
  drover?: Record<string, unknown>;
  /** What the maps say of the plugins beyond image and variables. */
  offload?: Record<string, unknown>;
  skipConversion?: boolean;
  /** Absent: the plan does not say it. */
  preserveStaticIPs?: boolean;
  /** What the Plan says beyond what these options say. */
  spec?: object;
  /** Entries of the NetworkMap in the place of the usual ones. */
  networks?: readonly object[];
  /** Datastores beyond those of the routes that go a route's way. */
  stores?: Readonly<Record<string, Route>>;
  /** What the map says of a route's class and modes in the place of its usual class. */
  destinations?: Readonly<Partial<Record<Route, object>>>;
  /** By VM: the step at which it has a hook. */
  hooks?: Readonly<Record<string, HookStep>>;
}

export function plan(lab: LabState, vms: readonly string[], options: PlanOptions = {}): Manifests {
  const { name = vms[0] ?? 'empty', drover = {}, skipConversion = false, networks = NETWORKS } = options;
  const { hooks = {}, preserveStaticIPs, spec = {} } = options;
  const hook = { name: 'hook', namespace: NAMESPACE };
  const provider = PROVIDERS;
  const login = { name: 'vcenter-login', namespace: NAMESPACE };
  return [
    manifest('Provider', 'vcenter', { type: 'vsphere', url: lab.vcenter.url, secret: login }),
    manifest('Provider', 'host', { type: 'openshift', url: '' }),
    manifest('StorageMap', 'datastores', { provider, map: storageMap(lab, options) }),
    manifest('NetworkMap', 'networks', { provider, map: networks }),
    ...(Object.keys(hooks).length > 0
      ? [manifest('Hook', hook.name, { image: labImage(lab.registry, 'hook') })]
      : []),
    manifest('Plan', name, {
      provider,
      targetNamespace: TARGET_NAMESPACE,
      map: {
        storage: { name: 'datastores', namespace: NAMESPACE },
        network: { name: 'networks', namespace: NAMESPACE },
      },
      vms: vms.map((vm) => ({
        name: vm,
        ...(hooks[vm] !== undefined && { hooks: [{ hook, step: hooks[vm] }] }),
      })),
      skipGuestConversion: skipConversion,
      ...(preserveStaticIPs !== undefined && { preserveStaticIPs }),
      ...spec,
      drover: { conversionImage: labImage(lab.registry, 'conversion'), ...drover },
    }),
  ];
}

let files = 0;

/** The manifests as a file of their own, for `drover -f`. */
export function planFile(lab: LabState, manifests: Manifests): string {
  const file = join(lab.manifestsDir, `e2e-${(files += 1)}.yaml`);
  writeFileSync(file, manifests.map((document) => JSON.stringify(document)).join('\n---\n'));
  return file;
}

const NETWORKS = [
  { source: { name: 'VM Network' }, destination: { type: 'pod' } },
  {
    source: { name: 'backend' },
    destination: { type: 'multus', namespace: TARGET_NAMESPACE, name: 'backend' },
  },
];

function storageMap(
  { arrayUrl, registry }: LabState,
  { offload = {}, stores = {}, destinations = {} }: PlanOptions,
): object[] {
  const plugins: Partial<Record<Route, object>> = {
    array: { image: labImage(registry, 'offload-plugin'), vars: { ARRAY_URL: arrayUrl } },
    extents: {
      image: labImage(registry, 'extent-plugin'),
      vars: { ARRAY_URL: arrayUrl, EXTENT_MIB: String(EXTENT_MIB) },
    },
  };
  const usual = (Object.keys(ROUTES) as Route[]).map((route) => [ROUTES[route], route] as const);
  return [...usual, ...Object.entries(stores)].map(([name, route]) => {
    const plugin = plugins[route];
    const offloadPlugin = plugin === undefined ? {} : { offloadPlugin: { ...plugin, ...offload } };
    return {
      source: { name },
      destination: { ...(destinations[route] ?? { storageClass: CLASSES[route] }), ...offloadPlugin },
    };
  });
}

function manifest(kind: string, name: string, spec: object): Record<string, unknown> {
  return { apiVersion: 'forklift.konveyor.io/v1beta1', kind, metadata: { name, namespace: NAMESPACE }, spec };
}
