/**
 * For each policy a VM that triggers it: what of {@link sourceVm} and of the plan is other than in the sound example, which
 * triggers none. What vCenter says of such a VM is read in test/activities/vsphere.
 */
import type { InstanceType } from '../../../plan/instance-type';
import type { SourceVm, TargetCard, TargetInventory } from '../../../plan/inventory';
import { READ_CONCERNS } from '../../../plan/read-concerns';
import { type ResolvedPlan, resolvePlan } from '../../../plan/resolve';
import {
  disk,
  type InventoryChanges,
  inventory,
  manifestSet,
  nic,
  sanDisk,
  sourceVm,
  storageMap,
  targetInventory,
} from '../example';

export interface PolicyCase {
  vm: Partial<SourceVm>;
  plan?: object;
  storageMap?: object;
  /** What the vCenter has besides. */
  surroundings?: InventoryChanges['surroundings'];
}

/** Of a VirtualMachine that stands at the target. */
export const TAKEN: TargetCard = { macAddress: '00:50:56:00:00:77', machine: 'migrated/old', source: null };

/** Half of the CPUs of an ordinary VM. */
export const SMALL: InstanceType = {
  kind: 'VirtualMachineClusterInstancetype',
  name: 'small',
  cpus: 2,
  memoryBytes: 4 * 1024 ** 3,
};

/** What the target has in every case. */
export const AT_TARGET: Partial<TargetInventory> = {
  cards: [TAKEN],
  instanceTypes: [SMALL],
  preferences: [{ name: 'debian' }],
  classCapacities: [
    { storageClass: 'fast-files', freeBytes: 4 * 1024 ** 3, largestBytes: 3 * 1024 ** 3 },
    { storageClass: 'fast-files', freeBytes: 1024 ** 3, largestBytes: 1024 ** 3 },
  ],
};

export const second = (changes = {}) =>
  nic({ key: 4001, label: 'Network adapter 2', macAddress: '00:50:56:00:00:02', ...changes });
export const BACKEND = { network: { moref: 'network-22', name: 'backend' } };

/** What VMware Tools report of a card with one address. */
export function guest(by?: 'static' | 'dhcp'): SourceVm['nics'][number]['guest'] {
  const address = { address: '192.0.2.10', prefix: 24, ...(by && { by }) };
  return { addresses: [address], gateways: ['192.0.2.1'], nameServers: [] };
}

/** The plan of a case, which has one VM. */
export function resolveCase({ vm, plan, storageMap: map, surroundings }: PolicyCase): ResolvedPlan {
  return resolvePlan(
    manifestSet({ plan: { vms: [{ name: 'web01' }], ...plan }, ...(map && { storageMap: map }) }),
    inventory({ vms: [sourceVm(vm)], ...(surroundings && { surroundings }) }),
    targetInventory(AT_TARGET),
  );
}

/** The plugin of the second datastore copies raw device mappings. */
export function rdmCopied(destination: object = {}): object {
  const copying = {
    storageClass: 'fast-block',
    offloadPlugin: { image: 'registry.example.com/offload:1', supports: ['rdm'] },
    ...destination,
  };
  const [first] = (storageMap().spec as { map: object[] }).map;
  return { map: [first, { source: { id: 'datastore-12' }, destination: copying }] };
}

/** The second disk of a VM, as a LUN. */
export const AS_LUN: PolicyCase = {
  vm: { disks: [disk(), sanDisk({ rdm: 'physicalMode' })] },
  plan: { rdmAsLun: true },
  storageMap: rdmCopied(),
};

export const BY_NETWORK = { drover: { verify: { by: 'network' } } };

const ofHardware = Object.fromEntries(
  READ_CONCERNS.map((id): [string, PolicyCase] => [id, { vm: { concerns: [{ id, detail: 'DETAIL' }] } }]),
);

export const CASES: Readonly<Record<string, PolicyCase>> = {
  ...ofHardware,
  template: { vm: { isTemplate: true } },
  suspended: { vm: { power: { state: 'suspended', bootTime: null, lastPowerOn: null } } },
  'no-tools': { vm: { tools: { running: false, status: 'toolsNotRunning' } } },
  'changed-notes': {
    vm: {},
    plan: { tagMapping: {} },
    surroundings: {
      notes: { tags: { 'vm-42': [{ name: 'Cost Center', value: '7' }] }, attributes: {}, fault: null },
    },
  },
  'boot-order': {
    vm: { disks: [disk(), disk({ key: 3000, bus: 'ide' })] },
    plan: { skipGuestConversion: true },
  },
  'no-disk': { vm: { disks: [] } },
  'too-many-disks': { vm: { disks: Array.from({ length: 65 }, (_, key) => disk({ key, unitNumber: key })) } },
  'no-capacity': { vm: { disks: [disk({ capacityBytes: 0 })] } },
  'volume-too-large': { vm: { disks: [disk({ capacityBytes: 3 * 1024 ** 3 })] } },
  'class-capacity': {
    vm: {
      disks: [disk({ capacityBytes: 2.5 * 1024 ** 3 }), disk({ key: 2001, capacityBytes: 2.5 * 1024 ** 3 })],
    },
  },
  'shared-disk': { vm: { disks: [disk({ shared: true })] } },
  'forgetful-disk': { vm: { disks: [disk({ mode: 'nonpersistent' })] } },
  snapshots: { vm: { disks: [sanDisk({ basePath: '[san-1] web01/base.vmdk' })] } },
  rdm: { vm: { disks: [disk({ rdm: 'physicalMode' })] } },
  'rdm-as-lun': AS_LUN,
  'lun-volume-mode': { ...AS_LUN, storageMap: rdmCopied({ volumeMode: 'Filesystem' }) },
  'lun-boot': { ...AS_LUN, vm: { disks: [sanDisk({ rdm: 'physicalMode' })] } },
  independent: { vm: { disks: [disk({ mode: 'independent_persistent' })] } },
  'encrypted-disk': { vm: { disks: [sanDisk({ encrypted: true })] } },
  'encrypted-import': { vm: { disks: [disk({ encrypted: true })] } },
  'pod-network-twice': { vm: { nics: [nic(), second()] } },
  'no-mac': { vm: { nics: [nic({ macAddress: '' })] } },
  'mac-twice': { vm: { nics: [nic(), second({ ...BACKEND, macAddress: nic().macAddress })] } },
  'mac-taken': { vm: { nics: [nic(), second({ ...BACKEND, macAddress: TAKEN.macAddress })] } },
  'network-unconverted': { vm: {}, plan: { preserveStaticIPs: true, skipGuestConversion: true } },
  'network-unknown': { vm: {}, plan: { preserveStaticIPs: true } },
  'network-of-pod': { vm: { nics: [nic({ guest: guest('static') })] }, plan: { preserveStaticIPs: true } },
  'network-unproven': { vm: { nics: [nic({ guest: guest('static') })] }, plan: BY_NETWORK },
  'card-unproven': {
    vm: { nics: [nic(), second({ ...BACKEND, guest: guest() })] },
    plan: BY_NETWORK,
  },
  'network-not-kept': {
    vm: { nics: [nic({ ...BACKEND, guest: guest() })] },
    plan: { ...BY_NETWORK, preserveStaticIPs: false },
  },
  'deep-snapshots': { vm: { snapshotDepth: 4 } },
  'name-changed': { vm: { name: 'Web_01' }, plan: { vms: [{ id: 'vm-42' }] } },
  'hostname-empty': { vm: { guest: { hostName: null, volumes: [] } } },
  'hostname-default': { vm: { guest: { hostName: 'localhost.localdomain', volumes: [] } } },
  'free-space': { vm: { guest: reported({ path: '/boot', freeBytes: 49_999_999 }) } },
  'guest-unknown': { vm: { guestId: 'freebsd14_64Guest', guestName: 'FreeBSD 14 (64-bit)' } },
  'windows-legacy': { vm: { guestId: 'winLonghorn64Guest', guestName: 'Windows Server 2008' } },
  'fast-startup': { vm: { guestId: 'windows11_64Guest' } },
  'host-maintenance': {
    vm: {},
    surroundings: {
      hosts: [{ moref: 'host-1', name: 'esx1', connection: 'connected', inMaintenance: true }],
    },
  },
  'datastore-unreachable': {
    vm: {},
    surroundings: {
      datastores: inventory().datastores.map((one) => ({ ...one, unreachable: 'it is in maintenance' })),
    },
  },
  'power-privileges': {
    vm: {},
    surroundings: { lacking: new Map([['vm-42', ['VirtualMachine.Interact.PowerOn']]]) },
  },
  'disk-privileges': {
    vm: {},
    surroundings: { lacking: new Map([['vm-42', ['VirtualMachine.Provisioning.DiskRandomRead']]]) },
  },
  'smaller-instance-type': { vm: {}, plan: { vms: [{ name: 'web01', instanceType: SMALL.name }] } },
  'no-preference': { vm: {}, plan: { drover: { preferences: { debian11_64Guest: 'debian' } } } },
  'clock-skew': { vm: {}, surroundings: { skewSeconds: -61 } },
  'placement-rules': {
    vm: {},
    surroundings: { rules: [{ cluster: 'prod', name: 'apart', vms: [sourceVm().moref, 'vm-77'] }] },
  },
};

/** A guest of which VMware Tools report one file system. */
export function reported({ path, freeBytes }: { path: string; freeBytes: number }): SourceVm['guest'] {
  return { hostName: 'web01', volumes: [{ path, capacityBytes: 8 * 1024 ** 3, freeBytes }] };
}
