import type { Affinity } from '../../../../plan/affinity';
import type { FrozenVm } from '../../../../plan/frozen';
import { binderPod } from '../../../../activities/kubernetes/objects/binder-pod';
import { conversionJob } from '../../../../activities/kubernetes/objects/conversion-job';
import { launcherPod } from '../../../../activities/kubernetes/objects/launcher-pod';
import { probeJob } from '../../../../activities/kubernetes/objects/probe-job';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';
import { frozenVm } from '../../../support/frozen-vm';

const nodes = (value: string): Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'In', values: [value] }] }],
    },
  },
});
const APART: Affinity = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
    ],
  },
};
const VM = { nodeSelector: { zone: 'a' }, affinity: { ...nodes('1'), ...APART } };

function placesOf(changes: Partial<FrozenVm>) {
  const vm = { ...frozenVm(), ...changes };
  const conversion = vm.conversion!;
  const attempt = { attempt: 1, conversionId: 'id', resume: false };
  const place = (spec: { nodeSelector?: object; affinity?: object } | undefined) => ({
    nodeSelector: spec?.nodeSelector,
    ...(spec?.affinity !== undefined && { affinity: spec.affinity }),
  });
  const limits = { cpu: false, memoryRatio: null };
  return {
    vm: [
      place(virtualMachine(vm, NOT_CONVERTED).spec.template.spec),
      place(launcherPod(vm, 'binder:1', limits).spec),
      place(binderPod(vm, 'binder:1').spec),
    ],
    convertor: [
      place(conversionJob(vm, conversion, attempt).spec?.template.spec),
      place(probeJob(vm, conversion).spec?.template.spec),
    ],
  };
}

test('a VM, the Pod of its guest and the Pod that has its volumes bound are placed alike', () => {
  expect(placesOf(VM).vm).toEqual([VM, VM, VM]);
});

test("conversions run on the VM's nodes, but do not keep away from other Pods as the VM does", () => {
  const place = { nodeSelector: VM.nodeSelector, affinity: nodes('1') };
  expect(placesOf(VM).convertor).toEqual([place, place]);
});

test.each([
  [{ nodeSelector: { role: 'convert' } }, { nodeSelector: { role: 'convert' } }],
  [{ affinity: nodes('2') }, { nodeSelector: {}, affinity: nodes('2') }],
  [
    { nodeSelector: { role: 'convert' }, affinity: APART },
    { nodeSelector: { role: 'convert' }, affinity: APART },
  ],
])("with a place of their own (%j) they don't run on the VM's nodes", (convertor, place) => {
  const placed = placesOf({ ...VM, convertor });
  expect(placed.convertor).toEqual([place, place]);
  expect(placed.vm).toEqual([VM, VM, VM]);
});

test("Pods that convert have the plan's labels, which can't pose as Drover's", () => {
  const vm = { ...frozenVm(), convertor: { labels: { team: 'red', 'drover.dev/vm': 'other' } } };
  const job = conversionJob(vm, vm.conversion!, { attempt: 1, conversionId: 'id', resume: false });
  expect(job.spec?.template.metadata?.labels).toMatchObject({ team: 'red', 'drover.dev/vm': vm.vm.moref });
  expect(job.metadata?.labels).not.toHaveProperty('team');
});
