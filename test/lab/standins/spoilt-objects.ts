/** Objects of KubeVirt that differ from good ones in one thing, for which upstream refuses them. */
import { DATA_VOLUMES, INSTANCES, MACHINES } from '../../../lab/standins/resources';
import { goodDataVolume, goodInstance, goodMachine } from './good-objects';

export const KINDS = {
  machine: { of: MACHINES, good: goodMachine },
  instance: { of: INSTANCES, good: goodInstance },
  dataVolume: { of: DATA_VOLUMES, good: goodDataVolume },
} as const;

/** The good object with one thing replaced; the last of the path's fields may be new. */
export function spoilt(kind: keyof typeof KINDS, path: string, value: unknown): object {
  const object: object = KINDS[kind].good();
  const fields = path.split('.');
  const last = fields.pop() ?? '';
  const parent = fields.reduce((at, field) => (at as Record<string, object>)[field] as object, object);
  (parent as Record<string, unknown>)[last] = value;
  return object;
}

export const HARDWARE = 'spec.template.spec';
export const DISK = `${HARDWARE}.domain.devices.disks.0`;
const SECOND_DISK = `${HARDWARE}.domain.devices.disks.1`;
export const NIC = `${HARDWARE}.domain.devices.interfaces.0`;
const SECOND_NIC = `${HARDWARE}.domain.devices.interfaces.1`;
const LONG = 'x'.repeat(257);

type Spoilt = [path: string, value: unknown, message: string];

/** What is replaced, by what, and what the lab's rules say of it. */
export const SPOILT_MACHINES: Spoilt[] = [
  [`${SECOND_DISK}.name`, 'vol-0', 'disks must not have the same name'],
  [`${HARDWARE}.volumes.1.name`, 'vol-0', 'volumes must not have the same name'],
  [`${DISK}.name`, 'vol-9', 'every disk needs a volume of the same name'],
  [`${DISK}.name`, 'Vol_0', 'must be a DNS-1123 label'],
  [`${DISK}.cdrom`, { bus: 'sata' }, 'only one of disk, lun and cdrom'],
  [`${DISK}`, { name: 'vol-0', lun: { bus: 'ide' } }, 'must be one of virtio, scsi, sata, usb'],
  [
    `${DISK}`,
    { name: 'vol-0', lun: { bus: 'scsi', reservation: true } },
    'the feature gate PersistentReservation is not enabled',
  ],
  [`${DISK}.disk`, { bus: 'ide' }, 'must be one of virtio, scsi, sata, usb'],
  [`${DISK}.disk`, { bus: 'sata', readonly: true }, 'hard disks on sata do not support read-only'],
  [`${DISK}.bootOrder`, 0, 'must be greater than 0'],
  [`${DISK}.bootOrder`, 2, 'already set for a different device'],
  [`${SECOND_NIC}.bootOrder`, 1, 'already set for a different device'],
  [`${DISK}.serial`, LONG, 'the serial of a disk'],
  [`${DISK}.serial`, 'with space', 'the serial of a disk'],
  [`${DISK}.cache`, 'unsafe', 'the cache of a disk'],
  [`${DISK}.io`, 'uring', 'the io of a disk'],
  [`${DISK}.errorPolicy`, 'panic', 'the errorPolicy of a disk'],
  [`${HARDWARE}.volumes.0.emptyDisk`, { capacity: '1Gi' }, 'a volume must have exactly one source'],
  [`${HARDWARE}.volumes.0`, { name: 'vol-0' }, 'a volume must have exactly one source'],
  [`${HARDWARE}.volumes.0`, { name: 'vol-0', dataVolume: { name: '' } }, 'a dataVolume must be named'],
  [`${SECOND_NIC}.name`, 'net-0', 'interfaces must not have the same name'],
  [`${HARDWARE}.networks.1.name`, 'net-0', 'networks must not have the same name'],
  [`${SECOND_NIC}.name`, 'net-9', 'every interface needs a network'],
  [
    `${HARDWARE}.networks.2`,
    { name: 'net-9', multus: { networkName: 'x' } },
    'every network needs an interface',
  ],
  [`${SECOND_NIC}.name`, 'net.1', 'the name of an interface'],
  [`${HARDWARE}.networks.1.pod`, {}, 'a network must have exactly one type'],
  [`${HARDWARE}.networks.1`, { name: 'net-1', pod: {} }, 'more than one interface is connected to a pod'],
  [`${HARDWARE}.networks.1.multus`, { networkName: '' }, 'must have a networkName'],
  [`${SECOND_NIC}`, { name: 'net-1', masquerade: {} }, 'masquerade is only possible on the pod network'],
  [`${NIC}.macAddress`, '00:50:56:aa:bb', 'macAddress of an interface is malformed'],
  [`${NIC}.macAddress`, '00:50:56:aa:bb-cc', 'macAddress of an interface is malformed'],
  [`${NIC}.macAddress`, '02:00:00:00:00:00', 'reserved for the bridge in the Pod'],
  [`${NIC}.binding`, { name: 'passt' }, 'both a binding plugin and a binding method'],
  [`${SECOND_NIC}`, { name: 'net-1', macvtap: {} }, 'macvtap is not enabled'],
  [`${NIC}.model`, 'vmxnet3', 'the model of an interface is not supported'],
  [`${NIC}.state`, 'off', 'the state of an interface'],
  [`${HARDWARE}.domain.features.smm.enabled`, false, 'SecureBoot requires SMM'],
  [`${HARDWARE}.domain.features`, {}, 'SecureBoot requires SMM'],
  [`${HARDWARE}.domain.firmware.bootloader.bios`, {}, 'EFI and BIOS are mutually exclusive'],
  [`${HARDWARE}.domain.memory.guest`, 'much', 'memory must be a quantity of at least 0'],
  [`${HARDWARE}.domain.resources.requests.memory`, '-1Gi', 'memory must be a quantity of at least 0'],
  [`${HARDWARE}.domain.resources.requests.memory`, '999k', 'must be at least 1M'],
  [
    `${HARDWARE}.domain.cpu.features`,
    [{ name: 'vmx', policy: 'perhaps' }],
    'the policy of a CPU feature is not supported',
  ],
  [`${HARDWARE}.domain.cpu.cores`, -1, 'must not be negative'],
  [`${HARDWARE}.domain.cpu.maxSockets`, 1, 'greater than maxSockets'],
  [`${HARDWARE}.domain.devices.inputs.0.type`, 'mouse', 'must be a tablet'],
  [`${HARDWARE}.domain.machine.type`, 'pc-i440fx', 'the machine type is not supported'],
  [`${HARDWARE}.architecture`, 'x86_64', 'unsupported architecture'],
  [`${HARDWARE}.hostname`, 'Web_01', 'DNS_LABEL'],
  [`${HARDWARE}.evictionStrategy`, 'Never', 'the evictionStrategy is not recognized'],
  ['spec.running', true, 'exactly one of running and runStrategy'],
  ['spec.runStrategy', 'Sometimes', 'invalid runStrategy'],
  ['spec.runStrategy', 'WaitAsReceiver', 'invalid runStrategy'],
  ['spec.template.metadata.labels', { 'kubevirt.io/nodeName': 'node-1' }, 'reserved for KubeVirt'],
  ['spec.dataVolumeTemplates', [{ metadata: { name: 'x' }, spec: {} }], 'must be referenced in the volumes'],
];

/** What upstream takes, odd as some of it is. */
export const ODD_MACHINES: [path: string, value: unknown][] = [
  [`${DISK}`, { name: 'vol-0', lun: { bus: 'sata' }, serial: '6000C29a' }],
  ['spec.runStrategy', 'Manual'],
  ['spec.runStrategy', 'Always'],
  ['spec.runStrategy', 'RerunOnFailure'],
  ['spec.runStrategy', 'Once'],
  [`${NIC}.bridge`, {}],
  [`${NIC}`, { name: 'net-0', sriov: {} }],
  [`${SECOND_NIC}.macAddress`, '00:50:56:aa:bb:cc'],
  [`${SECOND_DISK}.serial`, '6000C29a'],
  [`${HARDWARE}.domain.firmware.serial`, LONG],
  [`${HARDWARE}.domain.memory.guest`, '0'],
];

/** What upstream takes and the lab's rules do not: it shortens or changes such a name wherever it is a label or a host name. */
export const STRICTER: Spoilt[] = [
  ['metadata.name', 'a'.repeat(64), 'at most 63 characters'],
  ['metadata.name', 'web01.example', 'must be a DNS-1123 label'],
];
