/** KubeVirt's own webhooks take every machine that Drover makes, and change nothing that Drover says. */
import fc from 'fast-check';
import type { ConversionReport } from '../../../../activities/interfaces';
import type { VirtualMachine } from '../../../../activities/kubernetes/api/kinds';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import type { FrozenVm } from '../../../../plan/frozen';
import { MOST_DISKS, MOST_NICS } from '../../../../plan/field-limits';
import { parseQuantity } from '../../../../plan/quantity';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';
import { fuzz } from '../../../fuzz/support/fuzz';
import { AFFINITY, anyConversion, anyFrozenVm, disk, MEDIUM, nic } from '../../../support/any-frozen-vm';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';
import {
  BUILD_TIMEOUT_MS,
  clusterOf,
  KubevirtAdmission,
  preferenceObject,
} from '../../../support/kubevirt-admission';

let kubevirt: KubevirtAdmission;

beforeAll(async () => {
  kubevirt = await KubevirtAdmission.start();
}, BUILD_TIMEOUT_MS);
afterAll(() => kubevirt?.stop());

const CONVERTED: ConversionReport = {
  ...NOT_CONVERTED,
  converted: true,
  os: 'Debian',
  osinfo: 'debian12',
  bootDisk: 0,
};

/** As KubeVirt writes it: what is empty anyway is left out, and amounts are written in another unit. */
function said<T extends object>(object: T): T {
  return JSON.parse(JSON.stringify(object), (field, value: unknown) => {
    if (field === 'guest') return parseQuantity(String(value));
    const mayGo = Array.isArray(value) || field === 'labels' || field === 'nodeSelector';
    return mayGo && Object.keys(value as object).length === 0 ? undefined : value;
  }) as T;
}

/** The machine is made, and its instance when it starts, with everything that Drover wrote. */
async function isTaken(vm: FrozenVm, conversion: ConversionReport): Promise<VirtualMachine> {
  const machine = virtualMachine(vm, conversion);
  const { machine: stored, instance, refusals } = await kubevirt.judge({ machine, cluster: clusterOf(vm) });
  expect(refusals).toEqual([]);
  expect(said(stored!)).toMatchObject(said(machine));
  expect(said(instance!.spec)).toMatchObject(said(machine.spec.template.spec!));
  return stored!;
}

describe('KubeVirt takes', () => {
  test.each<[string, Partial<FrozenVm>, Partial<FrozenVm['hardware']>]>([
    ['a machine with a BIOS', {}, { firmware: 'bios' }],
    ['a machine with UEFI', {}, { firmware: 'efi' }],
    ['a machine with secure boot and a TPM', {}, { firmware: 'efi', secureBoot: true, tpm: true }],
    ['a machine without any card', { nics: [] }, {}],
    ['as many cards as a VM may have', { nics: Array.from({ length: MOST_NICS }, (_, at) => nic(at)) }, {}],
    ['a card that is not connected', { nics: [nic(0, { connected: false })] }, {}],
    [
      'as many disks as a VM may have',
      { disks: Array.from({ length: MOST_DISKS }, (_, at) => disk(at, {})) },
      {},
    ],
    ['LUNs among disks', { disks: [disk(0, {}), disk(1, { lun: { reservation: false } })] }, {}],
    ['disks on virtio-scsi', { conversion: null, diskBus: 'scsi' }, {}],
    ['disks on SATA', { conversion: null, diskBus: 'sata' }, {}],
    ['an instance type of the cluster', { instanceType: MEDIUM }, {}],
    ['one of the namespace', { instanceType: { ...MEDIUM, kind: 'VirtualMachineInstancetype' } }, {}],
    ['an instance type, and a nested hypervisor', { instanceType: MEDIUM }, { nestedVirtualization: true }],
    ['a preference that wants all of it otherwise', { preference: 'debian' }, { firmware: 'bios' }],
    [
      'a preference, and an instance type',
      { preference: 'debian', instanceType: MEDIUM },
      { firmware: 'efi' },
    ],
    ['a nested hypervisor', {}, { nestedVirtualization: true }],
    ['no nested hypervisor', {}, { nestedVirtualization: false }],
    ['affinity and a node selector', { affinity: AFFINITY, nodeSelector: { zone: 'a' } }, {}],
    ['a name as long as a name may be', { targetName: 'a'.repeat(63) }, {}],
  ])('%s', async (_, change, hardware) => {
    const vm = { ...frozenVm({ methods: [BY_IMPORT, BY_IMPORT] }), nics: [nic(0)], ...change };
    vm.hardware = { ...vm.hardware, ...hardware };
    await isTaken(vm, vm.conversion === null ? NOT_CONVERTED : CONVERTED);
  });

  test('a LUN that its guest may reserve, if the feature gate for that is on', async () => {
    const vm = frozenVm({ methods: [BY_PLUGIN] });
    vm.disks = vm.disks.map((one) => ({ ...one, lun: { reservation: true } }));
    const machine = virtualMachine(vm, CONVERTED);
    const { instance, refusals } = await kubevirt.judge({ machine, gates: ['PersistentReservation'] });
    expect(refusals).toEqual([]);
    expect(instance!.spec.domain.devices.disks).toEqual(machine.spec.template.spec?.domain.devices.disks);

    const closed = await kubevirt.judge({ machine });
    expect(closed.refusals.map(({ message }) => message)).toEqual([
      'PersistentReservation feature gate is not enabled in kubevirt-config',
    ]);
  });

  test('a preference for what a machine does not say itself', async () => {
    const vm = { ...frozenVm({ methods: [BY_IMPORT] }), preference: 'debian' };
    const { instance } = await kubevirt.judge({
      machine: virtualMachine(vm, CONVERTED),
      cluster: clusterOf(vm),
    });
    expect(instance?.spec.domain).toMatchObject({
      features: { hyperv: { relaxed: {}, vapic: {} } },
      devices: { rng: {} },
    });
  });

  test('the start and the stop of a machine', async () => {
    const vm = frozenVm();
    const halted = await isTaken(vm, CONVERTED);
    const running = { ...halted, spec: { ...halted.spec, runStrategy: 'Always' } };
    for (const [before, machine] of [
      [halted, running],
      [running, halted],
    ] as const) {
      const { refusals } = await kubevirt.judge({ before, machine });
      expect(refusals).toEqual([]);
    }
  });
});

test('a preference that needs more than the source has is refused by KubeVirt, before anything is made', async () => {
  const vm = { ...frozenVm({ methods: [BY_IMPORT] }), preference: 'large' };
  const requirements = { memory: { guest: `${vm.hardware.memoryMiB + 1}Mi` } };
  const { refusals } = await kubevirt.judge({
    machine: virtualMachine(vm, CONVERTED),
    cluster: [preferenceObject('large', { requirements })],
  });
  expect(refusals).toEqual([
    expect.objectContaining({
      kind: 'VirtualMachine',
      message: expect.stringMatching(/preference requires/) as string,
    }),
  ]);
});

fuzz(
  'KubeVirt takes every machine that a frozen VM becomes',
  fc.tuple(anyFrozenVm, anyConversion),
  ([vm, conversion]) => isTaken(vm, conversion),
);
