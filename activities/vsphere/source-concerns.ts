/** What a VM has, or is set to, that its target will not be: read from its devices and options. Judged by `plan/policies`. */
import { groupBy } from '../../plan/group-by';
import type { ReadConcern } from '../../plan/inventory';
import type { ManagedObject } from './property-collector';
import { child, flag, integer, list, text, typeOf } from './vim-value';

/** Paths that only concerns need. vSphere 6.7 has all of them: vCenter refuses a whole question for one unknown path. */
export const CONCERN_PATHS = [
  'config.keyId',
  'config.ftInfo',
  'config.cpuAffinity',
  'config.memoryAffinity',
  'config.latencySensitivity',
  'config.cpuAllocation',
  'config.memoryAllocation',
  'config.cpuHotAddEnabled',
  'config.memoryHotAddEnabled',
  'config.nestedHVEnabled',
  'config.flags',
  'config.managedBy',
  'config.vAppConfig',
  'runtime.connectionState',
  'runtime.consolidationNeeded',
  'runtime.question',
  'snapshot',
] as const;

export function readConcerns(vm: ManagedObject, devices: readonly unknown[]): ReadConcern[] {
  return [...optionConcerns(vm), ...deviceConcerns(devices)];
}

function optionConcerns({ props }: ManagedObject): ReadConcern[] {
  const get = (path: (typeof CONCERN_PATHS)[number]) => props.get(path);
  const when = (found: boolean, id: ReadConcern['id'], detail?: string): ReadConcern[] =>
    found ? [{ id, ...(detail === undefined ? {} : { detail }) }] : [];
  const pinned = ['config.cpuAffinity', 'config.memoryAffinity'] as const;
  const latency = text(child(get('config.latencySensitivity'), 'level')) ?? 'normal';
  const hotAdd = [
    ...(flag(get('config.cpuHotAddEnabled')) ? ['CPUs'] : []),
    ...(flag(get('config.memoryHotAddEnabled')) ? ['memory'] : []),
  ];
  const bounds = [
    ...boundsOf('CPU', 'MHz', get('config.cpuAllocation')),
    ...boundsOf('memory', 'MB', get('config.memoryAllocation')),
  ];
  const connection = text(get('runtime.connectionState')) ?? 'connected';
  const manager = text(child(get('config.managedBy'), 'extensionKey'));
  const properties = list(child(get('config.vAppConfig'), 'property'));
  return [
    // After the loss of a host or datastore, vCenter shows old facts of its VMs.
    ...when(connection !== 'connected', 'unreachable', connection),
    ...when(get('runtime.question') !== undefined, 'pending-question'),
    ...when(manager !== null && manager !== '', 'managed-by', manager ?? ''),
    ...faultTolerance(get('config.ftInfo')),
    ...when(get('snapshot') !== undefined, 'snapshots-stay'),
    ...when(flag(get('runtime.consolidationNeeded')), 'consolidation'),
    ...when(get('config.keyId') !== undefined, 'encrypted'),
    ...when(
      pinned.some((path) => list(child(get(path), 'affinitySet')).length > 0),
      'pinning',
    ),
    ...when(!['normal', 'low'].includes(latency), 'latency-sensitivity', latency),
    ...when(bounds.length > 0, 'resource-limits', bounds.join(', ')),
    ...when(hotAdd.length > 0, 'hot-add', hotAdd.join(' and ')),
    ...when(flag(get('config.nestedHVEnabled')), 'nested-virtualization'),
    ...when(flag(child(get('config.flags'), 'vbsEnabled')), 'virtualization-based-security'),
    // Their values may be secrets.
    ...when(properties.length > 0, 'vapp-properties', `${properties.length}`),
  ];
}

/** The primary VM of a pair has the role 1. */
function faultTolerance(info: unknown): ReadConcern[] {
  const role = integer(child(info, 'role'));
  if (role === null) return [];
  return [{ id: role === 1 ? 'fault-tolerance' : 'fault-tolerance-secondary' }];
}

/** -1 is no limit, and a VM has no reservation of its own unless somebody gave it one. */
function boundsOf(what: string, unit: string, allocation: unknown): string[] {
  const limit = integer(child(allocation, 'limit')) ?? -1;
  const reservation = integer(child(allocation, 'reservation')) ?? 0;
  return [
    ...(limit >= 0 ? [`${what} limit ${limit} ${unit}`] : []),
    ...(reservation > 0 ? [`${what} reservation ${reservation} ${unit}`] : []),
  ];
}

/** Devices that the target has in a way of its own, or that no guest misses. */
const UNREMARKABLE = new Set([
  'ParaVirtualSCSIController',
  'VirtualAHCIController',
  'VirtualBusLogicController',
  'VirtualDisk',
  'VirtualE1000',
  'VirtualE1000e',
  'VirtualEnsoniq1371',
  'VirtualHdAudioCard',
  'VirtualIDEController',
  'VirtualKeyboard',
  'VirtualLsiLogicController',
  'VirtualLsiLogicSASController',
  'VirtualMachineVMCIDevice',
  'VirtualMachineVideoCard',
  'VirtualNVDIMMController',
  'VirtualNVMEController',
  'VirtualPCIController',
  'VirtualPCNet32',
  'VirtualPS2Controller',
  'VirtualPointingDevice',
  'VirtualSATAController',
  'VirtualSIOController',
  'VirtualSoundBlaster16',
  'VirtualUSBController',
  'VirtualUSBXHCIController',
  'VirtualVMIROM',
  'VirtualVmxnet',
  'VirtualVmxnet2',
  'VirtualVmxnet3',
]);

const REMARKABLE: Record<string, ReadConcern['id']> = {
  VirtualNVDIMM: 'nvdimm',
  VirtualParallelPort: 'parallel-port',
  VirtualPCIPassthrough: 'pci-passthrough',
  VirtualSCSIPassthrough: 'scsi-passthrough',
  VirtualSerialPort: 'serial-port',
  VirtualSriovEthernetCard: 'sr-iov',
  VirtualTPM: 'tpm',
  VirtualUSB: 'usb-device',
  VirtualVmxnet3Vrdma: 'rdma',
};

/** One concern for each kind of device, with the labels of all. */
function deviceConcerns(devices: readonly unknown[]): ReadConcern[] {
  const found = devices.flatMap((device) => {
    const id = concernOf(device);
    return id === null ? [] : [{ id, label: labelOf(device) }];
  });
  return [...groupBy(found, ({ id }) => id)].map(([id, those]) => ({
    id,
    detail: those.map(({ label }) => label).join(', '),
  }));
}

function concernOf(device: unknown): ReadConcern['id'] | null {
  const type = typeOf(device);
  if (type === null || UNREMARKABLE.has(type)) return null;
  if (type === 'VirtualCdrom' || type === 'VirtualFloppy') return isInserted(device) ? 'media' : null;
  if (typeOf(child(device, 'backing')) === 'VirtualPCIPassthroughVmiopBackingInfo') return 'vgpu';
  const known = Object.hasOwn(REMARKABLE, type) ? REMARKABLE[type] : undefined;
  return known ?? 'other-device';
}

/** Drives are there for the most part, and empty or connected to the client of whoever looks at the console. */
function isInserted(device: unknown): boolean {
  const connect = child(device, 'connectable');
  const inUse = flag(child(connect, 'connected')) || flag(child(connect, 'startConnected'));
  return inUse && text(child(device, 'backing', 'fileName')) !== null;
}

function labelOf(device: unknown): string {
  const type = typeOf(device) ?? 'device';
  return `"${text(child(device, 'deviceInfo', 'label')) ?? `${type} ${text(child(device, 'key')) ?? ''}`}"`;
}
