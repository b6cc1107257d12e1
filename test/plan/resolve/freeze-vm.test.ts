import { frozenVmSchema, type FrozenVm } from '../../../plan/frozen';
import type { InstanceType } from '../../../plan/instance-type';
import type { SourceVm, TargetInventory } from '../../../plan/inventory';
import { resolvePlan } from '../../../plan/resolve';
import { inventory, manifestSet, sentences, sourceVm, targetInventory } from '../example';

function freeze(plan: object, vm: Partial<SourceVm> = {}, target: Partial<TargetInventory> = {}): FrozenVm {
  const source = inventory({ vms: [sourceVm(vm)] });
  const { problems, vms } = resolvePlan(
    manifestSet({ plan: { vms: [{ name: 'web01' }], ...plan } }),
    source,
    targetInventory(target),
  );
  expect(sentences(problems.filter(({ severity }) => severity === 'error'))).toEqual([]);
  const [frozen] = vms;
  expect(frozenVmSchema.parse(frozen)).toEqual(frozen);
  return frozen!;
}

const nested = { concerns: [{ id: 'nested-virtualization' as const }] };
const own = (enableNestedVirtualization: boolean) => ({
  vms: [{ name: 'web01', enableNestedVirtualization }],
});

test.each<[string, object, Partial<SourceVm>, boolean | undefined]>([
  ['nothing, where the source does not have it', {}, {}, undefined],
  ['what the source has', {}, nested, true],
  ['no', { enableNestedVirtualization: false }, nested, false],
  ['yes', { enableNestedVirtualization: true }, {}, true],
  ['what its VM says, before the plan', { enableNestedVirtualization: true, ...own(false) }, nested, false],
])('of nested virtualization is frozen: %s', (_, plan, vm, wanted) => {
  expect(freeze(plan, vm).hardware.nestedVirtualization).toBe(wanted);
});

const MEDIUM: InstanceType = {
  kind: 'VirtualMachineClusterInstancetype',
  name: 'u1.medium',
  cpus: 4,
  memoryBytes: 8 * 1024 ** 3,
};
const OURS: InstanceType = { ...MEDIUM, kind: 'VirtualMachineInstancetype', cpus: 6, special: true };

test.each([
  ["the cluster's", [MEDIUM], MEDIUM],
  ["the target namespace's, before the cluster's of the same name", [MEDIUM, OURS], OURS],
])('an instance type is frozen: %s', (_, instanceTypes, wanted) => {
  const vm = freeze({ vms: [{ name: 'web01', instanceType: 'u1.medium' }] }, {}, { instanceTypes });
  expect(vm.instanceType).toEqual(wanted);
  // What the source has is compared with it until the migration ends.
  expect(vm.hardware).toMatchObject({ sockets: 2, coresPerSocket: 2, memoryMiB: 4096 });
});

test.each([
  ['/dev/sda', { index: 0 }],
  ['vdb', { index: 1 }],
  ['/dev/hdb2', { index: 1, partition: '/dev/sdb2' }],
])('the root disk %s is frozen as %j', (rootDisk, wanted) => {
  expect(freeze({ vms: [{ name: 'web01', rootDisk }] }).rootDisk).toEqual(wanted);
});

test.each([
  [{ diskBus: 'virtio' }, undefined],
  [{ skipGuestConversion: true, diskBus: 'virtio' }, undefined],
  [{ skipGuestConversion: true, diskBus: 'sata' }, 'sata'],
  [{ skipGuestConversion: true, useCompatibilityMode: false, diskBus: 'scsi' }, 'scsi'],
])('of %j the bus of the disks is %p', (plan, bus) => {
  expect(freeze(plan).diskBus).toBe(bus);
});

test.each<[string, object, object | undefined]>([
  ['nothing', {}, undefined],
  [
    'a Secret of the namespace of the plan',
    { luks: { name: 'keys' } },
    { secret: { namespace: 'mtv', name: 'keys' } },
  ],
  [
    'a Secret of another namespace',
    { luks: { name: 'keys', namespace: 'team-a' } },
    { secret: { namespace: 'team-a', name: 'keys' } },
  ],
  ['no Secret without a name', { luks: { name: '', namespace: '' } }, undefined],
  ['Clevis', { nbdeClevis: true }, { clevis: true }],
  [
    'both',
    { luks: { name: 'k' }, nbdeClevis: true },
    { secret: { namespace: 'mtv', name: 'k' }, clevis: true },
  ],
])('of what opens encrypted disks is frozen: %s', (_, vm, wanted) => {
  expect(freeze({ vms: [{ name: 'web01', ...vm }] }).conversion?.keys).toEqual(wanted);
});

test.each<[object | undefined, object | undefined]>([
  [undefined, undefined],
  [{ name: '', namespace: '' }, undefined],
  [{ name: 'proxy' }, { namespace: 'mtv', name: 'proxy' }],
  [
    { name: 'proxy', namespace: 'team-a' },
    { namespace: 'team-a', name: 'proxy' },
  ],
])(
  'of the scripts for the guest, named as %j, the ConfigMap is frozen: %j',
  (customizationScripts, wanted) => {
    expect(freeze({ customizationScripts }).conversion?.scripts).toEqual(wanted);
  },
);

test('a guest that is not converted is given no keys', () => {
  const plan = { skipGuestConversion: true, vms: [{ name: 'web01', luks: { name: 'keys' } }] };
  expect(freeze(plan).conversion).toBeNull();
});

const AFFINITY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['a'] }] }],
    },
  },
};

test("a plan's affinity and its words on Pods that convert are frozen", () => {
  const convertor = { labels: { team: 'red' }, nodeSelector: { role: 'convert' }, affinity: AFFINITY };
  expect(
    freeze({
      targetAffinity: AFFINITY,
      convertorLabels: convertor.labels,
      convertorNodeSelector: convertor.nodeSelector,
      convertorAffinity: convertor.affinity,
    }),
  ).toMatchObject({ affinity: AFFINITY, convertor });
});

test('a plan that says nothing of them freezes nothing of them', () => {
  const vm = freeze({ targetAffinity: { podAffinity: {} }, convertorLabels: {} });
  for (const field of ['affinity', 'convertor', 'instanceType', 'unconvertedDevices'])
    expect(vm).not.toHaveProperty(field);
});

test.each([
  [{ skipGuestConversion: true, useCompatibilityMode: false }, 'virtio'],
  [{ skipGuestConversion: true }, undefined],
  [{ useCompatibilityMode: false }, undefined],
])('of %j the devices of an unconverted guest are %p', (plan, devices) => {
  expect(freeze(plan).unconvertedDevices).toBe(devices);
});
