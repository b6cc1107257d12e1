/** The Pod that KubeVirt makes for a guest asks for what Drover has reckoned. */
import fc from 'fast-check';
import { podDemand } from '../../../../activities/kubernetes/admission/pod-demand';
import { launcherPod } from '../../../../activities/kubernetes/objects/launcher-pod';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';
import { fuzz } from '../../../fuzz/support/fuzz';
import { anyConversion, anyFrozenVm } from '../../../support/any-frozen-vm';
import { frozenVm } from '../../../support/frozen-vm';
import { BUILD_TIMEOUT_MS, clusterOf, KubevirtAdmission } from '../../../support/kubevirt-admission';

let kubevirt: KubevirtAdmission;

beforeAll(async () => {
  kubevirt = await KubevirtAdmission.start();
}, BUILD_TIMEOUT_MS);
afterAll(() => kubevirt?.stop());

/** Digits that count behind the point: KubeVirt rounds memory to thousands of bytes. Devices of the node are not reckoned. */
const EXACTNESS = { cpu: 3, memory: -4, 'ephemeral-storage': 0 };

test('the Pod of a guest that may reserve its LUN asks for the device that Drover has reckoned', async () => {
  const vm = frozenVm();
  vm.disks = vm.disks.map((disk) => ({ ...disk, lun: { reservation: true } }));
  const { launcher } = await kubevirt.judge({
    machine: virtualMachine(vm, NOT_CONVERTED),
    cluster: clusterOf(vm),
    gates: ['PersistentReservation'],
    launcher: true,
  });
  const reckoned = podDemand(launcherPod(vm, 'launcher', { cpu: false, memoryRatio: null }));
  const device = 'devices.kubevirt.io/pr-helper';
  expect(podDemand(launcher!).requests[device]).toBe(1);
  expect(reckoned.requests[device]).toBe(1);
});

fuzz(
  'the Pod of every machine asks for the processors and the memory that Drover has reckoned',
  fc.tuple(anyFrozenVm, anyConversion),
  async ([any, conversion]) => {
    // With the console's log: without the plan's word it depends on KubeVirt's configuration.
    const vm = { ...any, policy: { ...any.policy, verify: { by: 'agent' as const, timeoutSeconds: 60 } } };
    const machine = virtualMachine(vm, conversion);
    const { launcher } = await kubevirt.judge({ machine, cluster: clusterOf(vm), launcher: true });
    const asked = podDemand(launcher!);
    const reckoned = podDemand(launcherPod(vm, 'launcher', { cpu: false, memoryRatio: null }));
    for (const [resource, digits] of Object.entries(EXACTNESS)) {
      for (const kind of ['requests', 'limits'] as const)
        expect(asked[kind][resource] ?? 0).toBeCloseTo(reckoned[kind][resource] ?? 0, digits);
    }
  },
);
