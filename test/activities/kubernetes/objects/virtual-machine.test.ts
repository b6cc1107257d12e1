import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import type { ConversionReport } from '../../../../activities/interfaces';
import type { FrozenVm } from '../../../../plan/frozen';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';
import { offVm, share } from '../../../support/shared-disks';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';

const CONVERTED: ConversionReport = { ...NOT_CONVERTED, converted: true, os: 'Debian', bootDisk: 1 };

const MEDIUM: FrozenVm['instanceType'] = {
  kind: 'VirtualMachineClusterInstancetype',
  name: 'u1.medium',
  cpus: 4,
  memoryBytes: 2 ** 33,
};

/** By place of the device, as they were frozen. */
type BootPlaces = Partial<Record<'disks' | 'nics', (number | undefined)[]>>;

function specOf(vm: FrozenVm, conversion = CONVERTED as typeof CONVERTED | typeof NOT_CONVERTED) {
  const { spec } = virtualMachine(vm, conversion);
  const instance = spec.template.spec;
  if (instance === undefined) throw new Error('no instance');
  return { spec, instance, domain: instance.domain, devices: instance.domain.devices };
}

test('a converted guest gets virtio devices and boots from the disk that virt-v2v named', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const { spec, devices } = specOf(vm);
  expect(spec.runStrategy).toBe('Halted');
  expect(devices.disks?.map(({ disk, bootOrder }) => [disk?.bus, bootOrder])).toEqual([
    ['virtio', undefined],
    ['virtio', 1],
  ]);
});

test('a guest that was not converted gets devices that every guest knows, and boots from its first disk', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT], convert: false });
  vm.nics = [nic({ kind: 'pod' })];
  const { devices } = specOf(vm, NOT_CONVERTED);
  expect(devices.disks?.map(({ disk, bootOrder }) => [disk?.bus, bootOrder])).toEqual([
    ['sata', 1],
    ['sata', undefined],
  ]);
  expect(devices.interfaces?.[0]?.model).toBe('e1000e');
});

type Orders = (number | undefined)[];

test.each<[string, BootPlaces & { found?: number }, Orders, Orders]>([
  ['the second disk', { disks: [undefined, 1] }, [undefined, 1], []],
  ['both disks, the second first', { disks: [2, 1] }, [2, 1], []],
  [
    'a card, then the second disk',
    { nics: [undefined, 1], disks: [undefined, 2] },
    [undefined, 2],
    [undefined, 1],
  ],
  ['a card alone', { nics: [1] }, [2], [1]],
  ['what is not migrated, then the second disk', { disks: [undefined, 3] }, [undefined, 1], []],
  ['its first disk, the system being on the second', { disks: [1], found: 1 }, [2, 1], []],
  ['both disks, the system being on the second', { disks: [1, 2], found: 1 }, [2, 1], []],
  ['a card, the system being on the second disk', { nics: [1], found: 1 }, [undefined, 2], [1]],
])('a source that boots from %s has a target that does', (_, { found = null, ...places }, disks, nics) => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  vm.disks = vm.disks.map((disk, place) => ({ ...disk, bootOrder: places.disks?.[place] }));
  vm.nics = [0, 1].map((place) => ({ ...nic({ kind: 'pod' }), key: place, bootOrder: places.nics?.[place] }));
  const { devices } = specOf(vm, { ...CONVERTED, bootDisk: found });
  const ordersOf = (all: { bootOrder?: number }[] = []) => all.map(({ bootOrder }) => bootOrder);
  expect(ordersOf(devices.disks)).toEqual([0, 1].map((place) => disks[place]));
  expect(ordersOf(devices.interfaces)).toEqual([0, 1].map((place) => nics[place]));
});

test('the disk that the plan names counts before what the conversion and the source say', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT, BY_IMPORT] });
  vm.rootDisk = { index: 2 };
  vm.disks = vm.disks.map((disk, place) => (place === 0 ? { ...disk, bootOrder: 1 } : disk));
  const { devices } = specOf(vm);
  expect(devices.disks?.map(({ bootOrder }) => bootOrder)).toEqual([2, undefined, 1]);
});

test('secure boot needs EFI and SMM; a TPM is said to be there or not', () => {
  const vm = frozenVm();
  vm.hardware = { ...vm.hardware, firmware: 'efi', secureBoot: true, tpm: true };
  const secure = specOf(vm).domain;
  expect(secure.firmware?.bootloader).toEqual({ efi: { secureBoot: true } });
  expect(secure.features?.smm).toEqual({ enabled: true });
  expect(secure.devices.tpm).toEqual({ persistent: true });

  const plain = specOf(frozenVm()).domain;
  expect(plain.firmware?.bootloader).toEqual({ bios: {} });
  expect(plain.features?.smm).toBeUndefined();
  expect(plain.devices.tpm).toEqual({ enabled: false });
});

test('each card keeps its MAC address and its place: masquerade to the Pod network, bridge to others', () => {
  const vm = frozenVm();
  vm.nics = [
    nic({ kind: 'pod' }),
    {
      ...nic({ kind: 'multus', namespace: 'nets', name: 'backend' }),
      macAddress: '00:50:56:00:00:02',
      connected: false,
    },
  ];
  const { devices, instance } = specOf(vm);
  expect(devices.interfaces).toEqual([
    { name: 'nic-0', model: 'virtio', macAddress: '00:50:56:00:00:01', masquerade: {} },
    { name: 'nic-1', model: 'virtio', macAddress: '00:50:56:00:00:02', bridge: {}, state: 'down' },
  ]);
  expect(instance.networks).toEqual([
    { name: 'nic-0', pod: {} },
    { name: 'nic-1', multus: { networkName: 'nets/backend' } },
  ]);
});

test('disks and cards are called as the plan has it', () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  vm.disks = vm.disks.map((disk, place) => (place === 1 ? { ...disk, deviceName: 'data' } : disk));
  vm.nics = [
    nic({ kind: 'pod' }),
    { ...nic({ kind: 'multus', namespace: 'nets', name: 'b' }), deviceName: 'back' },
  ];
  const { devices, instance } = specOf(vm);
  const names = (all: { name: string }[] = []) => all.map(({ name }) => name);
  expect([names(devices.disks), names(instance.volumes)]).toEqual([
    ['disk-0', 'data'],
    ['disk-0', 'data'],
  ]);
  expect([names(devices.interfaces), names(instance.networks)]).toEqual([
    ['nic-0', 'back'],
    ['nic-0', 'back'],
  ]);
});

test.each([
  [true, 'optional'],
  [false, 'disable'],
])('with nested virtualization %p the CPU features for it are %s', (nestedVirtualization, policy) => {
  const vm = frozenVm();
  vm.hardware = { ...vm.hardware, nestedVirtualization };
  expect(specOf(vm).domain.cpu?.features).toEqual([
    { name: 'vmx', policy },
    { name: 'svm', policy },
  ]);
});

test('where nobody spoke of nested virtualization, KubeVirt decides', () => {
  expect(specOf(frozenVm()).domain.cpu).not.toHaveProperty('features');
});

test('a guest that is not converted has virtio devices where the plan says so', () => {
  const vm = { ...frozenVm({ convert: false }), unconvertedDevices: 'virtio' as const };
  vm.nics = [nic({ kind: 'pod' })];
  const { devices } = specOf(vm, NOT_CONVERTED);
  expect(devices.disks?.map(({ disk }) => disk?.bus)).toEqual(['virtio']);
  expect(devices.interfaces?.[0]?.model).toBe('virtio');
});

test('a VM without cards gets none', () => {
  expect(specOf(frozenVm()).devices.autoattachPodInterface).toBe(false);
});

test('a serial number fits into what virtio shows', () => {
  const vm = frozenVm();
  const [disk] = vm.disks;
  if (disk !== undefined) disk.serial = '6000C29a-1b2c-3d4e-5f60-718293a4b5c6';
  expect(specOf(vm).devices.disks?.[0]?.serial).toBe('6000C29a1b2c3d4e5f60');
});

test.each([
  [true, { bus: 'scsi', reservation: true }],
  [false, { bus: 'scsi' }],
])('a LUN is on virtio-scsi and has its own serial number; reservation: %p', (reservation, lun) => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const serial = '6000C29a-1b2c-3d4e-5f60-718293a4b5c6';
  vm.disks = vm.disks.map((disk, place) => ({
    ...disk,
    serial,
    ...(place === 1 && { deviceName: 'quorum', lun: { reservation } }),
  }));
  const [system, quorum] = specOf(vm, { ...CONVERTED, bootDisk: 0 }).devices.disks ?? [];
  expect(system).toMatchObject({ disk: { bus: 'virtio' }, bootOrder: 1 });
  expect(quorum).toEqual({ name: 'quorum', lun, errorPolicy: 'report' });
});

test('a LUN is on virtio-scsi in a guest with devices that every guest knows, and can be booted from', () => {
  const vm = frozenVm({ methods: [BY_PLUGIN], convert: false });
  vm.disks = vm.disks.map((disk) => ({ ...disk, lun: { reservation: false } }));
  expect(specOf({ ...vm, diskBus: 'sata' }, NOT_CONVERTED).devices.disks).toEqual([
    { name: 'disk-0', lun: { bus: 'scsi' }, errorPolicy: 'report', bootOrder: 1 },
  ]);
});

test("a plan's label can't pose as Drover's own", () => {
  const vm = { ...frozenVm(), labels: { 'drover.dev/vm': 'other', app: 'web' } };
  const { metadata } = virtualMachine(vm, CONVERTED);
  expect(metadata?.labels).toMatchObject({ app: 'web', 'drover.dev/vm': vm.vm.moref });
});

function nic(network: FrozenVm['nics'][number]['network']): FrozenVm['nics'][number] {
  return {
    key: 4000,
    macAddress: '00:50:56:00:00:01',
    connected: true,
    sourceNetwork: 'VM Network',
    network,
  };
}

test('a guest that was converted, but has no virtio drivers, keeps devices that every guest knows', () => {
  const vm = frozenVm();
  const machine = virtualMachine(vm, { ...CONVERTED, virtio: false, osinfo: 'winxp' });
  expect(machine.spec.template.spec?.domain.devices.disks?.map(({ disk }) => disk?.bus)).toEqual(['sata']);
  expect(machine.spec.template.metadata?.annotations).toEqual({ 'vm.kubevirt.io/os': 'winxp' });
});

test('with an instance type it has no CPUs and no memory of its own', () => {
  const { spec, domain } = specOf({ ...frozenVm(), instanceType: MEDIUM });
  expect(spec.instancetype).toEqual({ kind: 'VirtualMachineClusterInstancetype', name: 'u1.medium' });
  expect(domain).not.toHaveProperty('cpu');
  expect(domain).not.toHaveProperty('memory');
});

test('with an instance type it keeps its word on nested virtualization', () => {
  const vm = { ...frozenVm(), instanceType: MEDIUM };
  vm.hardware = { ...vm.hardware, nestedVirtualization: false };
  const features = ['vmx', 'svm'].map((name) => ({ name, policy: 'disable' }));
  expect(specOf(vm).domain.cpu).toEqual({ features });
});

test('with a preference it says all that it says without one', () => {
  const preference = { kind: 'VirtualMachineClusterPreference', name: 'rhel.9' };
  const vm = frozenVm();
  const { spec } = specOf(vm);
  expect(specOf({ ...vm, preference: 'rhel.9' }).spec).toEqual({ ...spec, preference });
  expect(spec).not.toHaveProperty('preference');
});

test('without an instance type it names none', () => {
  expect(specOf(frozenVm()).spec).not.toHaveProperty('instancetype');
});

test.each([
  ['scsi', NOT_CONVERTED, 'scsi'],
  ['sata', NOT_CONVERTED, 'sata'],
  [undefined, NOT_CONVERTED, 'virtio'],
  ['scsi', CONVERTED, 'virtio'],
] as const)('where the plan wants %p, the disks of %j are on %s', (diskBus, conversion, bus) => {
  const vm: FrozenVm = { ...frozenVm(), unconvertedDevices: 'virtio', ...(diskBus && { diskBus }) };
  expect(specOf(vm, conversion).devices.disks?.map(({ disk }) => disk?.bus)).toEqual([bus]);
});

test('a shared disk is shareable and not cached, in the VM that copied it and in the one that attaches it', () => {
  const [owner, vm] = [offVm({ methods: [BY_IMPORT, BY_IMPORT] }), offVm()];
  share(owner, vm);
  const shareable = { shareable: true, cache: 'none' };
  expect(specOf(owner, NOT_CONVERTED).devices.disks).toMatchObject([{ name: 'disk-0' }, shareable]);
  expect(specOf(owner, NOT_CONVERTED).devices.disks?.[0]).not.toHaveProperty('shareable');
  expect(specOf(vm, NOT_CONVERTED).devices.disks).toMatchObject([
    { name: 'disk-0', bootOrder: 1 },
    shareable,
  ]);
  expect(specOf(vm, NOT_CONVERTED).instance.volumes?.[1]).toEqual({
    name: 'disk-1',
    persistentVolumeClaim: { claimName: owner.disks[1]!.volumeName },
  });
});

test('disks of its own and attached ones stand in the order that the guest saw, and it boots from its own', () => {
  const [owner, vm] = [offVm(), offVm({ methods: [BY_IMPORT, BY_IMPORT] })];
  share(owner, vm);
  vm.attached![0]!.index = 0;
  vm.disks.forEach((disk, place) => (disk.index = place + 1));
  const { devices } = specOf(vm, NOT_CONVERTED);
  expect(devices.disks?.map(({ shareable, bootOrder }) => [shareable, bootOrder])).toEqual([
    [true, undefined],
    [undefined, 1],
    [undefined, undefined],
  ]);
});
