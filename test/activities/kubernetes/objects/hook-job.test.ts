import { parse } from 'yaml';
import { futurePods } from '../../../../activities/kubernetes/admission/future-pods';
import { demandOf } from '../../../../activities/kubernetes/admission/pod-demand';
import { hookFiles } from '../../../../activities/kubernetes/objects/hook-files';
import { hookJob } from '../../../../activities/kubernetes/objects/hook-job';
import type { FrozenHook } from '../../../../plan/frozen';
import { HOOK_STEPS } from '../../../../plan/hooks';
import { isDnsLabel } from '../../../../plan/names';
import { frozenVm } from '../../../support/frozen-vm';

const HOOK: FrozenHook = {
  step: 'PreHook',
  namespace: 'mtv',
  name: 'backup',
  image: 'registry.example.com/hook:1',
  deadlineSeconds: 60,
  attempts: 3,
};
const PLAYBOOK = Buffer.from('- hosts: localhost\n').toString('base64');

const vm = frozenVm();
const podOf = (hook: FrozenHook) => hookJob(vm, hook, 1).spec?.template.spec;
const filesOf = (hook: FrozenHook, results = {}) => hookFiles(vm, { hook, attempt: 1, results });

test('runs what was looked up, alone and once, without a token, and finds its files in /tmp/hook', () => {
  const pinnedImage = `registry.example.com/hook@sha256:${'0'.repeat(64)}`;
  const pod = podOf({ ...HOOK, pinnedImage });
  expect(pod).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false });
  expect(pod).not.toHaveProperty('serviceAccountName');
  expect(pod?.containers).toMatchObject([
    { image: pinnedImage, volumeMounts: [{ name: 'hook', mountPath: '/tmp/hook' }] },
  ]);
  expect(pod?.containers[0]).not.toHaveProperty('command');
  expect(pod?.volumes).toEqual([{ name: 'hook', configMap: { name: filesOf(HOOK).metadata?.name } }]);
});

test('an account and a playbook are used as Forklift uses them', () => {
  const hook = { ...HOOK, playbook: PLAYBOOK, serviceAccount: 'ops' };
  expect(podOf(hook)).toMatchObject({ serviceAccountName: 'ops', automountServiceAccountToken: true });
  expect(podOf(hook)?.containers[0]?.command).toEqual([
    '/bin/entrypoint',
    'ansible-runner',
    'run',
    '/tmp/runner',
    '-p',
    '/tmp/hook/playbook.yml',
  ]);
  expect(filesOf(hook).binaryData).toEqual({ 'playbook.yml': PLAYBOOK });
  expect(filesOf(HOOK).data).toHaveProperty(['playbook.yml'], '');
});

test('the files say which VM it is, at which step, and what hooks before it have said', () => {
  const results = { PreHook: { snapshot: 'no: "1"\n- x' } };
  const { data = {} } = filesOf({ ...HOOK, step: 'PostHook' }, results);
  expect(parse(data['workload.yml'] ?? '')).toMatchObject({
    vm: { id: vm.vm.moref, name: vm.vm.name, disks: [{ key: 2000 }] },
    target: { namespace: vm.namespace, name: vm.targetName },
    step: 'PostHook',
    results,
  });
  expect(parse(data['plan.yml'] ?? '')).toMatchObject({ ...vm.plan, targetnamespace: vm.namespace });
});

test.each(HOOK_STEPS)('the Job of %s has a name of its own that fits, also as a label', (step) => {
  const long = { ...vm, baseName: 'b'.repeat(40) };
  const name = hookJob(long, { ...HOOK, step }, 999).metadata?.name ?? '';
  expect(isDnsLabel(name)).toBe(true);
  expect(name.startsWith(long.baseName)).toBe(true);
});

test('quotas count one hook at a time, and the target beside those that follow its start', () => {
  const withHooks = { ...vm, hooks: HOOK_STEPS.map((step) => ({ ...HOOK, step })) };
  const options = { binderImage: 'pause:1', cdi: null, vddkImage: null, limits: {} };
  const { volumes, copy, convert, hooks, run } = futurePods(withHooks, options as never);
  const pods = (of: typeof hooks) => of.map(({ pod }) => pod);
  const admitted = { volumes: pods(volumes), copy: pods(copy), convert: pods(convert), run: pods(run) };
  const demand = demandOf(withHooks, { ...admitted, hooks: pods(hooks) });
  const without = demandOf(vm, { ...admitted, hooks: [] });
  expect(demand.steps.slice(3).map((step) => step.length)).toEqual([1, 1, 2, 2, 2]);
  for (const what of ['jobs.batch', 'pods', 'configmaps'] as const)
    expect(demand.objects[what]).toBe((without.objects[what] ?? 0) + 1);
});
