import type { ManagedObject } from '../../../activities/vsphere/property-collector';
import { readConcerns } from '../../../activities/vsphere/source-concerns';
import { READ_CONCERNS } from '../../../plan/read-concerns';
import type { ReadConcern } from '../../../plan/inventory';

function device(type: string, label: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { attributes: { 'xsi:type': type }, key: '9', deviceInfo: { label }, ...fields };
}

function vm(props: Record<string, unknown> = {}): ManagedObject {
  return {
    ref: { type: 'VirtualMachine', value: 'vm-42' },
    props: new Map(Object.entries(props)),
    missing: new Map(),
  };
}

const backing = (type: string, fields: Record<string, unknown> = {}) => ({
  backing: { attributes: { 'xsi:type': type }, ...fields },
});
const ISO = backing('VirtualCdromIsoBackingInfo', { fileName: '[iso] tools.iso' });

/** What vCenter says, and the detail that is read. */
const CASES: Record<
  ReadConcern['id'],
  [Record<string, unknown>[], Record<string, unknown>, string | undefined]
> = {
  unreachable: [[], { 'runtime.connectionState': 'inaccessible' }, 'inaccessible'],
  'pending-question': [
    [],
    { 'runtime.question': { id: '1', text: 'msg.uuid.altered: did you move it?' } },
    undefined,
  ],
  'managed-by': [
    [],
    { 'config.managedBy': { extensionKey: 'com.vmware.vim.eam', type: 'cluster-agent' } },
    'com.vmware.vim.eam',
  ],
  'virtualization-based-security': [[], { 'config.flags': { vbsEnabled: 'true' } }, undefined],
  'vapp-properties': [
    [],
    { 'config.vAppConfig': { property: [{ id: 'ip', value: 'x' }, { id: 'password' }] } },
    '2',
  ],
  'fault-tolerance': [[], { 'config.ftInfo': { role: '1' } }, undefined],
  'fault-tolerance-secondary': [[], { 'config.ftInfo': { role: '2' } }, undefined],
  'snapshots-stay': [[], { snapshot: { currentSnapshot: 'snapshot-1' } }, undefined],
  consolidation: [[], { 'runtime.consolidationNeeded': 'true' }, undefined],
  encrypted: [[], { 'config.keyId': { keyId: 'k', providerId: { id: 'p' } } }, undefined],
  tpm: [[device('VirtualTPM', 'Virtual TPM')], {}, '"Virtual TPM"'],
  pinning: [[], { 'config.cpuAffinity': { affinitySet: ['0', '1'] } }, undefined],
  'latency-sensitivity': [[], { 'config.latencySensitivity': { level: 'high' } }, 'high'],
  'resource-limits': [
    [],
    {
      'config.cpuAllocation': { limit: '2000', reservation: '0' },
      'config.memoryAllocation': { limit: '-1', reservation: '512' },
    },
    'CPU limit 2000 MHz, memory reservation 512 MB',
  ],
  'hot-add': [
    [],
    { 'config.cpuHotAddEnabled': 'true', 'config.memoryHotAddEnabled': 'true' },
    'CPUs and memory',
  ],
  'nested-virtualization': [[], { 'config.nestedHVEnabled': 'true' }, undefined],
  'pci-passthrough': [
    [
      device('VirtualPCIPassthrough', 'PCI device 0', backing('VirtualPCIPassthroughDeviceBackingInfo')),
      device('VirtualPCIPassthrough', 'PCI device 1', backing('VirtualPCIPassthroughDynamicBackingInfo')),
    ],
    {},
    '"PCI device 0", "PCI device 1"',
  ],
  vgpu: [
    [device('VirtualPCIPassthrough', 'PCI device 0', backing('VirtualPCIPassthroughVmiopBackingInfo'))],
    {},
    '"PCI device 0"',
  ],
  'scsi-passthrough': [[device('VirtualSCSIPassthrough', 'SCSI device 1')], {}, '"SCSI device 1"'],
  nvdimm: [[device('VirtualNVDIMM', 'NVDIMM 1'), device('VirtualNVDIMMController', 'c')], {}, '"NVDIMM 1"'],
  'sr-iov': [[device('VirtualSriovEthernetCard', 'Network adapter 1')], {}, '"Network adapter 1"'],
  rdma: [[device('VirtualVmxnet3Vrdma', 'Network adapter 1')], {}, '"Network adapter 1"'],
  'usb-device': [[device('VirtualUSB', 'USB 1'), device('VirtualUSBXHCIController', 'c')], {}, '"USB 1"'],
  'serial-port': [[device('VirtualSerialPort', 'Serial port 1')], {}, '"Serial port 1"'],
  'parallel-port': [[device('VirtualParallelPort', 'Parallel port 1')], {}, '"Parallel port 1"'],
  media: [
    [device('VirtualCdrom', 'CD/DVD drive 1', { ...ISO, connectable: { connected: 'true' } })],
    {},
    '"CD/DVD drive 1"',
  ],
  'other-device': [[device('VirtualWDT', 'Watchdog timer')], {}, '"Watchdog timer"'],
};

test.each(READ_CONCERNS.map((id) => [id, ...CASES[id]] as const))(
  '%s is read from what vCenter says of the VM',
  (id, devices, props, detail) => {
    expect(readConcerns(vm(props), devices)).toEqual([{ id, ...(detail === undefined ? {} : { detail }) }]);
  },
);

test('an ordinary VM is of no concern', () => {
  const props = {
    'config.cpuAffinity': { affinitySet: [] },
    'config.latencySensitivity': { level: 'normal' },
    'config.cpuAllocation': { limit: '-1', reservation: '0' },
    'config.memoryAllocation': { limit: '-1', reservation: '0' },
    'config.cpuHotAddEnabled': 'false',
    'config.flags': { vbsEnabled: 'false' },
    'config.vAppConfig': { product: { key: '0', name: 'an appliance without a word to its guest' } },
    'runtime.connectionState': 'connected',
    'runtime.consolidationNeeded': 'false',
  };
  const devices = [
    device('VirtualCdrom', 'CD/DVD drive 1', {
      ...ISO,
      connectable: { connected: 'false', startConnected: 'false' },
    }),
    device('VirtualCdrom', 'CD/DVD drive 2', {
      ...backing('VirtualCdromRemoteAtapiBackingInfo', { deviceName: 'CDROM 0' }),
      connectable: { connected: 'true' },
    }),
    device('VirtualVmxnet3', 'Network adapter 1'),
    device('ParaVirtualSCSIController', 'SCSI controller 0'),
  ];
  expect(readConcerns(vm(props), devices)).toEqual([]);
});
