/** The ServiceAccount that a plan names: which Pods run as it, and what its owner is asked. */
import { binderPod } from '../../activities/kubernetes/objects/binder-pod';
import { dataVolume } from '../../activities/kubernetes/objects/data-volume';
import { importerPod } from '../../activities/kubernetes/objects/importer-pod';
import { probeJob } from '../../activities/kubernetes/objects/probe-job';
import {
  SAMPLE_SERVER,
  sampleConversion,
  samplePlugin,
} from '../../activities/kubernetes/admission/future-pods';
import type { FrozenHook, FrozenVm } from '../../plan/frozen';
import type { TargetInventory } from '../../plan/inventory';
import { accountsOf } from '../../plan/pod-accounts';
import { refuses } from '../../plan/problem';
import { imagesOf, resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, inventory, sentences, targetInventory } from './example';

const OFFLOAD = 'registry.example.com/offload:1';
const VDDK = 'registry.example.com/vddk:8';
const HOOK = 'registry.example.com/hook:1';

function hook(name: string, spec: object = {}): object {
  return {
    apiVersion: 'forklift.konveyor.io/v1beta1',
    kind: 'Hook',
    metadata: { name, namespace: 'mtv' },
    spec: { image: HOOK, ...spec },
  };
}

function read(serviceAccount: unknown, hooks: Record<string, string> = {}, manifests: object[] = []) {
  const ofVm = Object.entries(hooks).map(([step, name]) => ({ step, hook: { name } }));
  const plan = { serviceAccount, vms: [{ name: 'web01', hooks: ofVm }] };
  const { set, problems } = validateManifests([...manifests, ...documents({ plan })]);
  if (set === null) throw new Error(sentences(problems).join('\n'));
  const resolve = (target: Partial<TargetInventory> = {}) => {
    const resolved = resolvePlan(set, inventory(), targetInventory(target));
    return { ...resolved, problems: sentences(resolved.problems.filter((one) => refuses([one]))) };
  };
  return { resolve, needed: imagesOf(set, inventory(), targetInventory()).accounts, set };
}

function frozen(serviceAccount: unknown): FrozenVm {
  const { vms, problems } = read(serviceAccount).resolve();
  expect(problems).toEqual([]);
  return vms[0]!;
}

/** Of each Pod of a VM with an imported disk and one that a plugin copies. */
function pods(vm: FrozenVm) {
  const conversion = vm.conversion!;
  const jobs = [samplePlugin(vm, vm.disks[1]!), sampleConversion(vm, conversion), probeJob(vm, conversion)];
  const templates = jobs.map((job) => job?.spec?.template.spec);
  return [binderPod(vm, 'pause:1').spec, ...templates];
}

function importers(vm: FrozenVm) {
  const features = { initImageUrl: true, certConfigMap: true, extraArgs: true, instanceUuid: true };
  const source = { server: SAMPLE_SERVER, features, certConfigMap: null };
  return {
    asked: dataVolume(vm, vm.disks[0]!, source).metadata?.annotations,
    tried: importerPod(vm, null, VDDK).spec,
  };
}

test('every Pod of a migration runs as the account of its plan, and Drover gives none of them its token', () => {
  const vm = frozen('movers');
  const expected = { serviceAccountName: 'movers', automountServiceAccountToken: false };
  for (const spec of pods(vm)) expect(spec).toMatchObject(expected);
  const { asked, tried } = importers(vm);
  expect(asked).toHaveProperty(['cdi.kubevirt.io/storage.pod.serviceAccountName'], 'movers');
  expect(tried).toMatchObject({ serviceAccountName: 'movers' });
});

test.each([undefined, '', null, 'default'])('with %j they run as the default account', (serviceAccount) => {
  const vm = frozen(serviceAccount);
  for (const spec of pods(vm)) expect(spec).not.toHaveProperty('serviceAccountName');
  const { asked, tried } = importers(vm);
  expect(asked).not.toHaveProperty(['cdi.kubevirt.io/storage.pod.serviceAccountName']);
  expect(tried).not.toHaveProperty('serviceAccountName');
  expect(read(serviceAccount).needed).toEqual([]);
});

test('a name that no account can have is refused where it stands', () => {
  const { problems } = validateManifests(documents({ plan: { serviceAccount: 'My Movers' } }));
  expect(sentences(problems)).toEqual([
    'Plan/mtv/wave-1: spec.serviceAccount: is "My Movers"; give at most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit',
  ]);
});

test('its owner is asked for the images of copiers and conversions, and for hooks that name no account', () => {
  const hooks = { PreHook: 'plain', BeforeCutover: 'own' };
  const manifests = [hook('plain'), hook('own', { serviceAccount: 'ops', image: 'ops:1' }), hook('unused')];
  const { needed, resolve, set } = read('movers', hooks, manifests);
  const { conversionImage } = set.plan.spec.drover;
  expect(needed).toEqual([
    { name: 'movers', use: 'migration', images: [OFFLOAD, conversionImage, VDDK, HOOK] },
    { name: 'ops', use: 'hook', images: ['ops:1'] },
  ]);
  const [vm] = resolve().vms;
  expect(vm?.hooks?.map(({ serviceAccount }) => serviceAccount)).toEqual(['movers', 'ops']);
  expect(accountsOf(vm!)).toEqual([
    { name: 'movers', use: 'migration', images: [conversionImage, OFFLOAD, VDDK, HOOK] },
    { name: 'ops', use: 'hook', images: ['ops:1'] },
  ]);
});

test('a part of a VM asks only for what is about to run', () => {
  const vm = frozen('movers');
  const { conversion, disks, serviceAccount, source } = vm;
  const own = { name: 'movers', use: 'migration' };
  expect(accountsOf({ serviceAccount, conversion })).toEqual([{ ...own, images: [conversion?.image] }]);
  expect(accountsOf({ source, disks: [disks[0]!] })).toEqual([{ ...own, images: [VDDK] }]);
  expect(accountsOf({ disks: [disks[1]!] })).toEqual([{ ...own, images: [OFFLOAD] }]);
  const lent: FrozenHook = {
    step: 'PreHook',
    namespace: 'mtv',
    name: 'plain',
    image: HOOK,
    serviceAccount: 'movers',
    deadlineSeconds: 9,
    attempts: 1,
  };
  expect(accountsOf({ hooks: [lent] })).toEqual([{ ...own, use: 'hook', images: [HOOK] }]);
});

test('an account whose owner has not agreed, or that is not there, is said once, where the plan names it', () => {
  const manifests = [hook('plain'), hook('same', { serviceAccount: 'movers' })];
  const { resolve } = read('movers', { PreHook: 'plain', PostHook: 'same' }, manifests);
  const lacks = { found: 'ServiceAccount migrated/movers does not say so', command: 'kubectl label it' };
  expect(resolve({ lackingAccounts: { movers: lacks } }).problems).toEqual([
    'Plan/mtv/wave-1: spec.serviceAccount: ServiceAccount migrated/movers does not say so; its owner can say so: kubectl label it',
  ]);
  expect(resolve({ lackingAccounts: { movers: 'absent' } }).problems).toEqual([
    'Plan/mtv/wave-1: spec.serviceAccount: namespace "migrated" of the target has no ServiceAccount "movers"; create it there, or remove the field: the Pods then run as "default"',
  ]);
});
