import { launcherPod } from '../../../../activities/kubernetes/objects/launcher-pod';
import { podDemand } from '../../../../activities/kubernetes/admission/pod-demand';
import { frozenVm } from '../../../support/frozen-vm';

const MIB = 2 ** 20;
const CONSOLE_BYTES = 35e6;

const vm = frozenVm({ policy: { verify: { by: 'agent', timeoutSeconds: 60 } } });
const NONE = { cpu: false, memoryRatio: null };

test('a guest of 2 GiB and 2 processors asks for its memory, and for what KubeVirt needs beside it', () => {
  const { requests, limits } = podDemand(launcherPod(vm, 'pause', NONE));
  // Page tables 4, processes 220, processors 16, an I/O thread 8, the screen 32.
  expect(requests.memory).toBe((2048 + 4 + 220 + 16 + 8 + 32) * MIB + CONSOLE_BYTES);
  expect(requests.cpu).toBeCloseTo(0.2 + 0.005);
  expect(limits).toEqual({ cpu: 0.015, memory: 60e6 });
});

test('without a console log that the plan asks for there may be none', () => {
  const { limits } = podDemand(launcherPod(frozenVm(), 'pause', NONE));
  expect(limits).toEqual({});
});

test('an instance type says the processors and the memory', () => {
  const name = 'u1.large';
  const type = { kind: 'VirtualMachineClusterInstancetype' as const, name, cpus: 6, memoryBytes: 1024 * MIB };
  const { requests } = podDemand(launcherPod({ ...vm, instanceType: type }, 'pause', NONE));
  expect(requests.cpu).toBeCloseTo(0.6 + 0.005);
  expect(requests.memory).toBe((1024 + 2 + 220 + 6 * 8 + 8 + 32) * MIB + CONSOLE_BYTES);
});

test('a TPM is a process more', () => {
  const [plain, secure] = [vm, { ...vm, hardware: { ...vm.hardware, tpm: true } }].map(
    (one) => podDemand(launcherPod(one, 'pause', NONE)).requests.memory ?? 0,
  );
  expect((secure ?? 0) - (plain ?? 0)).toBe(53 * MIB);
});

test.each([
  [true, 1],
  [false, undefined],
])(
  'of a guest with a LUN, and reservation %p, it asks for %p of the device for reservations',
  (reservation, count) => {
    const disks = vm.disks.map((disk) => ({ ...disk, lun: { reservation } }));
    const { requests, limits } = podDemand(launcherPod({ ...vm, disks }, 'pause', NONE));
    expect([requests, limits].map((asked) => asked['devices.kubevirt.io/pr-helper'])).toEqual([count, count]);
  },
);

test('where limits are asked for it has as many processors as the guest, and twice its memory', () => {
  const { requests, limits } = podDemand(launcherPod(vm, 'pause', { cpu: true, memoryRatio: 2 }));
  expect(limits.cpu).toBeCloseTo(2.015);
  expect(limits.memory).toBe(2 * ((requests.memory ?? 0) - CONSOLE_BYTES) + 60e6);
});
