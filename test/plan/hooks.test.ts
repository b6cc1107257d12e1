/** Hooks of a plan: what a Hook may say, which VM runs which, and what is frozen of it. */
import type { FrozenVm } from '../../plan/frozen';
import type { ImageFact } from '../../plan/images';
import type { TargetInventory } from '../../plan/inventory';
import { refuses, type Problem } from '../../plan/problem';
import { resolvePlan } from '../../plan/resolve';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, inventory, plan, sentences, targetInventory } from './example';

const IMAGE = 'registry.example.com/hook-runner:1';
const PINNED = `registry.example.com/hook-runner@sha256:${'0'.repeat(64)}`;
const PLAYBOOK = Buffer.from('- hosts: localhost\n').toString('base64');

function hook(spec: object = {}, name = 'backup'): Record<string, unknown> {
  return {
    apiVersion: 'forklift.konveyor.io/v1beta1',
    kind: 'Hook',
    metadata: { name, namespace: 'mtv' },
    spec: { image: IMAGE, ...spec },
  };
}

type VmHook = { step: string; hook: { name: string; namespace?: string } };

/** The example's plan, whose first VM has these hooks. */
function withHooks(hooks: unknown, ...manifests: object[]) {
  return [
    ...documents().slice(0, -1),
    plan({ vms: [{ name: 'web01', hooks }, { name: 'db01' }] }),
    ...manifests,
  ];
}

const PRE: VmHook = { step: 'PreHook', hook: { name: 'backup' } };

const problemsOf = (given: readonly unknown[]) => sentences(validateManifests(given).problems);

function resolved(
  given: readonly unknown[],
  target: Partial<TargetInventory> = {},
): { problems: Problem[]; vms: FrozenVm[] } {
  const { set, problems } = validateManifests(given);
  if (set === null) throw new Error(sentences(problems).join('\n'));
  const { problems: found, vms } = resolvePlan(set, inventory(), targetInventory(target));
  return { problems: found.filter((problem) => refuses([problem])), vms };
}

/** @param accounts of the Pods that pull it; undefined: the plan's */
const looked = (fact: ImageFact, ...accounts: (string | undefined)[]): Partial<TargetInventory> => ({
  images: {
    images: (accounts.length === 0 ? [undefined] : accounts).map((account) => ({
      image: IMAGE,
      pullSecret: null,
      ...(account !== undefined && { account }),
      fact,
    })),
    nodePlatforms: ['linux/amd64'],
    authorityFault: null,
  },
});

test.each([
  [
    'no image',
    { image: undefined },
    'Hook/mtv/backup: spec.image: is missing; give a text (in quotes if it looks like a number or a truth value)',
  ],
  [
    'a playbook that is no base64',
    { playbook: '- hosts: all' },
    'Hook/mtv/backup: spec.playbook: is "- hosts: all"; give the playbook in base64, as `base64 -w0 playbook.yml` prints it',
  ],
  [
    'a playbook that is too long',
    { playbook: 'A'.repeat(48 * 1024 + 4) },
    /^Hook\/mtv\/backup: spec\.playbook: is "A{59}…; give at most 49152 characters$/,
  ],
  ['a deadline below zero', { deadline: -1 }, 'Hook/mtv/backup: spec.deadline: is -1; give at least 0'],
  [
    'an account that is no name',
    { serviceAccount: 'Ops Team' },
    'Hook/mtv/backup: spec.serviceAccount: is "Ops Team"; give at most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit',
  ],
  [
    'a job of the Ansible Automation Platform',
    { aap: { jobTemplateId: 7 } },
    'Hook/mtv/backup: spec.aap: this field is not honoured yet; remove it, and give an image that starts the job: Drover does not call the Ansible Automation Platform',
  ],
])('a Hook with %s is refused by its field', (_, spec, sentence) => {
  const found = problemsOf(withHooks([PRE], hook(spec)));
  expect(found).toEqual([
    typeof sentence === 'string' ? sentence : (expect.stringMatching(sentence) as string),
  ]);
});

test('a Hook that no VM names is read, and nothing follows from it', () => {
  const given = withHooks(undefined, hook());
  expect(problemsOf(given)).toEqual([]);
  expect(resolved(given).vms[0]).not.toHaveProperty('hooks');
});

test('a VM that names a Hook which is not there is refused, with one that may be meant', () => {
  const given = withHooks([{ step: 'PreHook', hook: { name: 'back-up' } }], hook());
  expect(problemsOf(given)).toEqual([
    'Plan/mtv/wave-1: spec.vms[0].hooks[0].hook.name: Hook/mtv/back-up is not among the manifests; did you mean "Hook/mtv/backup"?',
  ]);
});

test('a step that is none, and a step with two hooks, are refused', () => {
  expect(problemsOf(withHooks([{ ...PRE, step: 'Prehook' }], hook()))).toEqual([
    'Plan/mtv/wave-1: spec.vms[0].hooks[0].step: is "Prehook"; give one of: PreHook, BeforeCutover, AfterVerify, PostHook, OnFailure',
  ]);
  expect(problemsOf(withHooks([PRE, PRE], hook()))).toEqual([
    'Plan/mtv/wave-1: spec.vms[0].hooks[1].step: is "PreHook", as hooks[0] is, too; give each step one hook',
  ]);
});

test('hooks are frozen in the order in which they run, with all that is settled of them', () => {
  const wrapped = `${PLAYBOOK.slice(0, 8)}\n${PLAYBOOK.slice(8)}\n`;
  const given = withHooks(
    [{ step: 'PostHook', hook: { name: 'tell', namespace: 'mtv' } }, PRE],
    hook({ playbook: wrapped, deadline: 90, serviceAccount: 'ops' }),
    hook({ playbook: '', serviceAccount: '' }, 'tell'),
  );
  const found: ImageFact = { kind: 'found', pinned: PINNED, platforms: ['linux/amd64'] };
  const { problems, vms } = resolved(given, looked(found, 'ops', undefined));
  expect(sentences(problems)).toEqual([]);
  const settled = { namespace: 'mtv', image: IMAGE, pinnedImage: PINNED, attempts: 3 };
  expect(vms[0]?.hooks).toEqual([
    {
      ...settled,
      step: 'PreHook',
      name: 'backup',
      playbook: PLAYBOOK,
      serviceAccount: 'ops',
      deadlineSeconds: 90,
    },
    { ...settled, step: 'PostHook', name: 'tell', deadlineSeconds: 3600 },
  ]);
  expect(vms[1]).not.toHaveProperty('hooks');
});

test('an image that its registry does not have refuses the plan, unless no VM uses the hook', () => {
  const target = looked({ kind: 'missing' });
  expect(sentences(resolved(withHooks([PRE], hook()), target).problems)).toEqual([
    `Hook/mtv/backup: spec.image: registry registry.example.com has no image "${IMAGE}"; push it, or mend its name and tag`,
  ]);
  expect(resolved(withHooks([], hook()), target).problems).toEqual([]);
});

test('an image is looked up as the account of the hook pulls it', () => {
  const given = withHooks([PRE], hook({ serviceAccount: 'ops' }));
  const found: ImageFact = { kind: 'found', pinned: PINNED, platforms: ['linux/amd64'] };
  expect(resolved(given, looked(found, 'ops')).vms[0]?.hooks).toMatchObject([{ pinnedImage: PINNED }]);
  expect(resolved(given, looked(found)).vms[0]?.hooks?.[0]).not.toHaveProperty('pinnedImage');
  const refused = looked({ kind: 'loginMissing', status: 401, secrets: [] }, 'ops');
  expect(sentences(resolved(given, refused).problems)).toEqual([
    `Hook/mtv/backup: spec.image: registry registry.example.com gives "${IMAGE}" to nobody without a login (401); add one to a pull secret of ServiceAccount "ops" of namespace migrated; or, where only nodes can, set spec.drover.onUncheckedImage: warn`,
  ]);
});

test('an account whose owner has not agreed, or that is not there, refuses the plan', () => {
  const given = withHooks([PRE], hook({ serviceAccount: 'ops' }));
  const lacks = { found: 'ServiceAccount migrated/ops does not say so', command: 'kubectl label it' };
  expect(sentences(resolved(given, { lackingAccounts: { ops: lacks } }).problems)).toEqual([
    'Hook/mtv/backup: spec.serviceAccount: ServiceAccount migrated/ops does not say so; its owner can say so: kubectl label it',
  ]);
  expect(sentences(resolved(given, { lackingAccounts: { ops: 'absent' } }).problems)).toEqual([
    'Hook/mtv/backup: spec.serviceAccount: namespace "migrated" of the target has no ServiceAccount "ops"; create it there, or remove the field: the hook then gets no token',
  ]);
  expect(resolved(given, { lackingAccounts: {} }).problems).toEqual([]);
});
