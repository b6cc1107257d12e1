/** Labels, node selectors and annotations of a plan, with keys by which clusters give rights or know their own. */
import { binderPod } from '../../../../activities/kubernetes/objects/binder-pod';
import { conversionJob } from '../../../../activities/kubernetes/objects/conversion-job';
import { probeJob } from '../../../../activities/kubernetes/objects/probe-job';
import { virtualMachine } from '../../../../activities/kubernetes/objects/virtual-machine';
import { resolvePlan } from '../../../../plan/resolve';
import { validateManifests } from '../../../../plan/validate-manifests';
import { documents, inventory, sourceVm, targetInventory } from '../../../plan/example';
import { frozenVm } from '../../../support/frozen-vm';
import { NOT_CONVERTED } from '../../../../workflows/migrate-vm/state';

const CONVERSION = { ...NOT_CONVERTED, converted: true };

const ABUSED = {
  'pod-security.kubernetes.io/enforce': 'privileged',
  'security.kubernetes.io/privileged': 'true',
  'node-role.kubernetes.io/control-plane': '',
  'batch.kubernetes.io/job-name': 'another',
  'kubevirt.io': 'virt-launcher',
  'sidecar.istio.io/inject': 'true',
};

/** Everything that is made of a VM by its own selectors and labels. */
function objectsOf(changes: { labels?: Record<string, string>; nodeSelector?: Record<string, string> }) {
  const vm = { ...frozenVm(), ...WHO, ...changes };
  const conversion = vm.conversion!;
  return [
    virtualMachine(vm, CONVERSION),
    binderPod(vm, 'pause:1'),
    probeJob(vm, conversion),
    conversionJob(vm, conversion, { attempt: 1, conversionId: 'v', resume: false }),
  ];
}

const { vm: WHOSE, baseName, targetName, disks } = frozenVm();
const WHO = { vm: WHOSE, baseName, targetName, disks };

/** The same without the entries of these keys, wherever they are. */
function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, keys));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(entries.map(([key, child]) => [key, without(child, keys)]));
}

test("labels reach the VM alone, and change nothing but labels: no Pod of Drover's has them", () => {
  const [machine, ...pods] = objectsOf({ labels: ABUSED });
  const [plain, ...plainPods] = objectsOf({});
  expect(pods).toEqual(plainPods);
  expect(without(machine, Object.keys(ABUSED))).toEqual(plain);
  expect(machine).not.toEqual(plain);
});

test('node selectors choose nodes, and change nothing else: Pods stay restricted', () => {
  const chosen = objectsOf({ nodeSelector: ABUSED });
  expect(without(chosen, ['nodeSelector'])).toEqual(without(objectsOf({}), ['nodeSelector']));
});

test('annotations and labels of manifests themselves go nowhere', () => {
  const frozen = (metadata: object) => {
    const given = documents({ plan: { vms: [{ name: 'web01' }] } }).map((each) => ({
      ...each,
      metadata: { ...(each['metadata'] as object), ...metadata },
    }));
    const { set } = validateManifests(given);
    const { vms } = resolvePlan(set!, inventory({ vms: [sourceVm()] }), targetInventory());
    expect(vms).toHaveLength(1);
    return vms;
  };
  expect(frozen({ annotations: ABUSED, labels: ABUSED })).toEqual(frozen({}));
});
