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
const TERM = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } };
const OTHER_TERM = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } };
const APART: Affinity = {
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [TERM] },
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
    ],
    binder: place(binderPod(vm, 'binder:1').spec),
    convertor: [
      place(conversionJob(vm, conversion, attempt).spec?.template.spec),
      place(probeJob(vm, conversion).spec?.template.spec),
    ],
  };
}

test('a VM and the Pod of its guest are placed alike', () => {
  expect(placesOf(VM).vm).toEqual([VM, VM]);
});

describe('the Pod that has volumes bound', () => {
  const near: Affinity = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [TERM],
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: OTHER_TERM }],
    },
  };

  test('is placed on the nodes of the VM', () => {
    const vm = { nodeSelector: VM.nodeSelector, affinity: nodes('1') };
    expect(placesOf(vm).binder).toEqual(vm);
    expect(placesOf({ affinity: undefined }).binder).not.toHaveProperty('affinity');
  });

  test('only prefers what the VM requires of other Pods: those may be VMs that do not run yet', () => {
    const wish = { weight: 100, podAffinityTerm: TERM };
    expect(placesOf({ affinity: { ...nodes('1'), ...near, ...APART } }).binder.affinity).toEqual({
      ...nodes('1'),
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [wish, { weight: 7, podAffinityTerm: OTHER_TERM }],
      },
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [wish] },
    });
  });

  test("has none of the VM's labels, by which other Pods choose their place", () => {
    const labels = binderPod({ ...frozenVm(), labels: { app: 'db' } }, 'binder:1').metadata?.labels;
    expect(labels).not.toHaveProperty('app');
  });
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
  expect(placed.vm).toEqual([VM, VM]);
});

test("Pods that convert have the plan's labels, which can't pose as Drover's", () => {
  const vm = { ...frozenVm(), convertor: { labels: { team: 'red', 'drover.dev/vm': 'other' } } };
  const job = conversionJob(vm, vm.conversion!, { attempt: 1, conversionId: 'id', resume: false });
  expect(job.spec?.template.metadata?.labels).toMatchObject({ team: 'red', 'drover.dev/vm': vm.vm.moref });
  expect(job.metadata?.labels).not.toHaveProperty('team');
});
