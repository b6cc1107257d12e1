/** One sound plan, with the source and target that it fits: tests break one thing at a time. */
import type {
  SourceDisk,
  SourceInventory,
  SourceNic,
  SourceVm,
  TargetInventory,
  TargetStorageClass,
} from '../../plan/inventory';
import { formatProblem, type Problem } from '../../plan/problem';
import type { ManifestSet } from '../../plan/manifest-set';
import { validateManifests } from '../../plan/validate-manifests';

const apiVersion = 'forklift.konveyor.io/v1beta1';
const metadata = (name: string) => ({ name, namespace: 'mtv' });
const GIB = 1024 ** 3;

export const PAIR = { source: { name: 'vcenter' }, destination: { name: 'host' } };

export function vcenter(spec: object = {}): Record<string, unknown> {
  const settings = { vddkInitImage: 'registry.example.com/vddk:8' };
  const base = { type: 'vsphere', url: 'https://vc.example.com/sdk', secret: { name: 'login' }, settings };
  return { apiVersion, kind: 'Provider', metadata: metadata('vcenter'), spec: { ...base, ...spec } };
}

export function host(spec: object = {}): Record<string, unknown> {
  return {
    apiVersion,
    kind: 'Provider',
    metadata: metadata('host'),
    spec: { type: 'openshift', url: '', secret: {}, ...spec },
  };
}

/** ssd-1 by import, san-1 by a plugin. */
export function storageMap(spec: object = {}): Record<string, unknown> {
  const map = [
    { source: { name: 'ssd-1' }, destination: { storageClass: 'fast-files' } },
    {
      source: { id: 'datastore-12' },
      destination: {
        storageClass: 'fast-block',
        offloadPlugin: { image: 'registry.example.com/offload:1', vars: { ARRAY: 'a7' } },
      },
    },
  ];
  return {
    apiVersion,
    kind: 'StorageMap',
    metadata: metadata('stores'),
    spec: { provider: PAIR, map, ...spec },
  };
}

export function networkMap(spec: object = {}): Record<string, unknown> {
  const map = [
    { source: { name: 'VM Network' }, destination: { type: 'pod' } },
    { source: { id: 'network-22' }, destination: { type: 'multus', name: 'backend' } },
    { source: { name: 'backup' }, destination: { type: 'ignored' } },
  ];
  return {
    apiVersion,
    kind: 'NetworkMap',
    metadata: metadata('nets'),
    spec: { provider: PAIR, map, ...spec },
  };
}

export function plan(spec: object = {}): Record<string, unknown> {
  const base = {
    targetNamespace: 'migrated',
    provider: PAIR,
    map: { storage: { name: 'stores' }, network: { name: 'nets' } },
    vms: [{ name: 'web01' }, { id: 'vm-43' }],
  };
  return { apiVersion, kind: 'Plan', metadata: metadata('wave-1'), spec: { ...base, ...spec } };
}

export interface Parts {
  plan?: object;
  vcenter?: object;
  host?: object;
  storageMap?: object;
  networkMap?: object;
}

export function documents(parts: Parts = {}): Record<string, unknown>[] {
  return [
    vcenter(parts.vcenter),
    host(parts.host),
    storageMap(parts.storageMap),
    networkMap(parts.networkMap),
    plan(parts.plan),
  ];
}

/** @throws Error with every problem, where the parts make no sound set. */
export function manifestSet(parts: Parts = {}): ManifestSet {
  const { set, problems } = validateManifests(documents(parts));
  if (set === null) throw new Error(sentences(problems).join('\n'));
  return set;
}

export function sentences(problems: readonly Problem[]): string[] {
  return problems.map(formatProblem);
}

export function disk(changes: Partial<SourceDisk> = {}): SourceDisk {
  return {
    key: 2000,
    label: 'Hard disk 1',
    bus: 'scsi',
    controllerType: 'ParaVirtualSCSIController',
    controllerKey: 1000,
    busNumber: 0,
    unitNumber: 0,
    basePath: '[ssd-1] web01/web01.vmdk',
    currentPath: '[ssd-1] web01/web01.vmdk',
    datastore: { moref: 'datastore-11', name: 'ssd-1' },
    capacityBytes: GIB,
    mode: 'persistent',
    shared: false,
    rdm: null,
    uuid: '6000C29a-0000-0000-0000-000000000001',
    changeTracking: true,
    encrypted: false,
    ...changes,
  };
}

/** On the datastore that a plugin copies. */
export function sanDisk(changes: Partial<SourceDisk> = {}): SourceDisk {
  const path = '[san-1] web01/web01_1.vmdk';
  return disk({
    key: 2001,
    label: 'Hard disk 2',
    unitNumber: 1,
    basePath: path,
    currentPath: path,
    datastore: { moref: 'datastore-12', name: 'san-1' },
    ...changes,
  });
}

export function nic(changes: Partial<SourceNic> = {}): SourceNic {
  return {
    key: 4000,
    label: 'Network adapter 1',
    macAddress: '00:50:56:00:00:01',
    network: { moref: 'network-21', name: 'VM Network' },
    connected: true,
    ...changes,
  };
}

/** Its disks lie in a folder of its name: VMs with the same file have the same disk. */
export function sourceVm(changes: Partial<SourceVm> = {}): SourceVm {
  const { name = 'web01' } = changes;
  return {
    moref: 'vm-42',
    name: 'web01',
    inventoryPath: '/DC0/vm/prod/web01',
    instanceUuid: '50200000-0000-0000-0000-00000000002a',
    biosUuid: '42200000-0000-0000-0000-000000000001',
    isTemplate: false,
    firmware: 'bios',
    secureBoot: false,
    tpm: false,
    cpu: { count: 4, coresPerSocket: 2 },
    memoryMiB: 4096,
    guestId: 'debian12_64Guest',
    guestName: 'Debian GNU/Linux 12 (64-bit)',
    tools: { running: true, status: 'toolsOk' },
    power: { state: 'poweredOn', bootTime: null, lastPowerOn: null },
    host: { moref: 'host-1', name: 'esx1' },
    hasSnapshot: false,
    disks: [disk(), sanDisk()].map((one) => inFolderOf(name, one)),
    nics: [nic()],
    boot: [],
    guest: { hostName: 'web01', volumes: [{ path: '/', capacityBytes: 8 * GIB, freeBytes: 4 * GIB }] },
    snapshotDepth: 0,
    concerns: [],
    ...changes,
  };
}

function inFolderOf(name: string, { basePath, currentPath, ...others }: SourceDisk): SourceDisk {
  const moved = (path: string) => path.replace(' web01/', ` ${name}/`);
  return { ...others, basePath: moved(basePath), currentPath: moved(currentPath) };
}

export interface InventoryChanges {
  vms?: SourceVm[];
  strangers?: SourceVm[];
  surroundings?: Partial<
    Pick<
      SourceInventory,
      'datastores' | 'diskUsers' | 'hosts' | 'rules' | 'lacking' | 'notes' | 'skewSeconds'
    >
  >;
}

export function inventory(changes: InventoryChanges = {}): SourceInventory {
  const second = sourceVm({
    moref: 'vm-43',
    name: 'db01',
    inventoryPath: '/DC0/vm/prod/db01',
    instanceUuid: '50200000-0000-0000-0000-00000000002b',
    nics: [nic({ macAddress: '00:50:56:00:00:02' })],
  });
  const vms = changes.vms ?? [sourceVm(), second];
  const refs = [...vms, ...(changes.strangers ?? [])].map(({ moref, name, inventoryPath, instanceUuid }) => ({
    moref,
    name,
    inventoryPath,
    instanceUuid,
  }));
  return {
    vcenterUuid: 'vcenter-uuid',
    refs,
    vms: Object.fromEntries(vms.map((vm) => [vm.moref, vm])),
    datastores: [
      datastore('datastore-11', 'ssd-1'),
      datastore('datastore-12', 'san-1'),
      datastore('datastore-13', 'ssd-2'),
    ],
    networks: [
      { moref: 'network-21', name: 'VM Network', type: 'Network' },
      { moref: 'network-22', name: 'backend', type: 'DistributedVirtualPortgroup' },
      { moref: 'network-23', name: 'backup', type: 'Network' },
    ],
    hosts: [{ moref: 'host-1', name: 'esx1', connection: 'connected', inMaintenance: false }],
    rules: [],
    diskUsers: new Map(),
    lacking: new Map(),
    skewSeconds: 0,
    ...changes.surroundings,
  };
}

function datastore(moref: string, name: string): SourceInventory['datastores'][number] {
  return { moref, name, type: 'VMFS', capacityBytes: 0, freeBytes: 0 };
}

export function storageClass(changes: Partial<TargetStorageClass> = {}): TargetStorageClass {
  return {
    name: 'fast-block',
    isDefault: false,
    provisioner: 'csi.example.com',
    bindingMode: 'WaitForFirstConsumer',
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
      { accessModes: ['ReadWriteMany', 'ReadWriteOnce'], volumeMode: 'Block' },
    ],
    ...changes,
  };
}

export function targetInventory(changes: Partial<TargetInventory> = {}): TargetInventory {
  const files = { accessModes: ['ReadWriteOnce' as const], volumeMode: 'Filesystem' as const };
  return {
    storageClasses: [
      storageClass(),
      storageClass({ name: 'fast-files', isDefault: true, claimPropertySets: [files] }),
    ],
    filesystemOverhead: { global: 0.06 },
    networkAttachments: ['migrated/backend'],
    takenVmNames: [],
    namespaceExists: true,
    namespaceConsents: true,
    clusterVddkImage: null,
    missingCrds: [],
    missingSecrets: [],
    unconsentedSecrets: {},
    missingRights: [],
    ...changes,
  };
}
