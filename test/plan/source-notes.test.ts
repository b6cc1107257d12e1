/** Tags and custom attributes of the vCenter: which labels and annotations they become. */
import { refuses } from '../../plan/problem';
import { resolvePlan } from '../../plan/resolve';
import { labelFault } from '../../plan/check-labels';
import type { ReadNotes } from '../../plan/inventory';
import { changedNotes, notesOf, type SourceNote } from '../../plan/source-notes';
import { virtualMachine } from '../../activities/kubernetes/objects/virtual-machine';
import { NOT_CONVERTED } from '../../workflows/migrate-vm/state';
import { frozenVm } from '../support/frozen-vm';
import { inventory, manifestSet, sentences, sourceVm, targetInventory } from './example';

const ALL = { disabled: false, labelTags: [] };
const KEY = 'vsphere.forklift.konveyor.io/';
const tag = (name: string, value = ''): SourceNote => ({ name, value });
const OWNER = tag('owner', 'platform-team');

const labelsOf = (tags: SourceNote[], wanted = ALL) => notesOf({ tags, attributes: [] }, wanted).labels;
const annotationsOf = (attributes: SourceNote[]) => notesOf({ tags: [], attributes }, ALL).annotations;

test('tags become labels, whose values are their descriptions; attributes become annotations', () => {
  const notes = { tags: [OWNER, tag('Production')], attributes: [tag('Backup Plan', 'daily, 7 days')] };
  expect(notesOf(notes, ALL)).toEqual({
    labels: { [`${KEY}owner`]: 'platform-team', [`${KEY}Production`]: '' },
    annotations: { [`${KEY}Backup_Plan`]: 'daily, 7 days' },
  });
});

test('a plan can name the tags that count, in any case, or want none; attributes come in any case', () => {
  const notes = { tags: [OWNER, tag('Production')], attributes: [tag('app', 'x')] };
  const named = notesOf(notes, { disabled: false, labelTags: ['OWNER', 'gone'] });
  expect(Object.keys(named.labels)).toEqual([`${KEY}owner`]);
  const none = notesOf(notes, { disabled: true, labelTags: ['owner'] });
  expect(none).toEqual({ labels: {}, annotations: { [`${KEY}app`]: 'x' } });
});

test.each([
  ['cost center', 'cost_center'],
  ['  -team/red.  ', 'team_red'],
  ['Größe', 'Gr__e'],
  [`${'a'.repeat(62)}..b`, 'a'.repeat(62)],
])('the name %j becomes %s', (name, key) => {
  expect(labelsOf([tag(name)])).toEqual({ [`${KEY}${key}`]: '' });
  expect(annotationsOf([tag(name, 'x')])).toEqual({ [`${KEY}${key}`]: 'x' });
});

test('a name of which nothing is left, and an attribute without a value, do not arrive', () => {
  expect(labelsOf([tag(''), tag('!!'), tag('\u001b[31m')])).toEqual({ [`${KEY}31m`]: '' });
  expect(annotationsOf([tag('app')])).toEqual({});
});

test('of names that become one the first by name counts, in whatever order they come', () => {
  const [one, other] = [tag('a b', '1'), tag('a_b', '2')];
  expect(labelsOf([one, other])).toEqual({ [`${KEY}a_b`]: '1' });
  expect(labelsOf([other, one])).toEqual(labelsOf([one, other]));
});

test('of tags of one name, each of a category, one counts, in whatever order they come', () => {
  const [one, other] = [tag('owner', 'blue'), tag('owner', 'red')];
  expect(labelsOf([one, other])).toEqual({ [`${KEY}owner`]: 'blue' });
  expect(labelsOf([other, one])).toEqual(labelsOf([one, other]));
});

test('what hostile notes say is sound and bounded, and poses as nobody', () => {
  const hostile = [
    'drover.dev/plan',
    'app.kubernetes.io/managed-by',
    '__proto__',
    'constructor',
    `x/${'y'.repeat(100_000)}`,
    ...Array.from({ length: 1_000 }, (_, index) => `t${index}`),
  ].map((name) => tag(name, '\u001b]0;x\u0007'.repeat(10_000)));
  const { labels, annotations } = notesOf({ tags: hostile, attributes: hostile }, ALL);
  expect(Object.keys(labels)).toHaveLength(64);
  expect(Object.keys(annotations)).toHaveLength(64);
  for (const [key, value] of Object.entries(labels)) {
    expect(key.startsWith(KEY)).toBe(true);
    expect(labelFault(key, value)).toBeNull();
  }
  for (const value of Object.values(annotations)) expect(value.length).toBeLessThanOrEqual(1_024);
});

test('what does not arrive as it is, is said', () => {
  const notes = {
    tags: [OWNER, tag('cost center', 'a b'), tag('cost_center')],
    attributes: [tag('plan', 'x'.repeat(2_000)), tag('!', 'y')],
  };
  expect(changedNotes(notes, ALL)).toEqual([
    `tag "cost center" arrives as ${KEY}cost_center: "a_b"`,
    'tag "cost_center" does not arrive',
    'attribute "!" does not arrive',
    `attribute "plan" arrives as ${KEY}plan: "${'x'.repeat(100)}"`,
  ]);
});

describe('of a plan', () => {
  const read = (changes: Partial<ReadNotes> = {}): ReadNotes => ({
    tags: { 'vm-42': [OWNER] },
    attributes: { 'vm-42': [tag('app', 'x')] },
    fault: null,
    ...changes,
  });

  function resolve(tagMapping: unknown, notes?: ReadNotes) {
    const set = manifestSet({ plan: { vms: [{ name: 'web01' }], tagMapping } });
    const source = inventory({ vms: [sourceVm()], ...(notes && { surroundings: { notes } }) });
    const { problems, vms } = resolvePlan(set, source, targetInventory());
    return { vms, problems: sentences(problems.filter((one) => refuses([one]))) };
  }

  test('they are frozen with the VM', () => {
    const labels = { [`${KEY}owner`]: 'platform-team' };
    const annotations = { [`${KEY}app`]: 'x' };
    expect(resolve({}, read()).vms[0]?.sourceNotes).toEqual({ labels, annotations });
    expect(resolve({ disabled: true }, read()).vms[0]?.sourceNotes).toEqual({ labels: {}, annotations });
    expect(resolve(undefined).vms[0]).not.toHaveProperty('sourceNotes');
    expect(resolve({}, read({ tags: {}, attributes: {} })).vms[0]).not.toHaveProperty('sourceNotes');
  });

  test('a vCenter that gives no tags refuses it', () => {
    const { problems } = resolve({}, read({ tags: {}, fault: 'it answers with HTTP status 403' }));
    expect(problems).toEqual([
      "Plan/mtv/wave-1: spec.tagMapping: the vCenter gives no tags of the VMs: it answers with HTTP status 403; see that the Provider's login may use the vCenter's REST API, or set disabled: true",
    ]);
  });
});

test('the VirtualMachine has them, and its Pods have not; the plan and Drover have the last word', () => {
  const vm = { ...frozenVm(), labels: { [`${KEY}owner`]: 'plan' } };
  const labels = { [`${KEY}owner`]: 'source', [`${KEY}team`]: 'red' };
  const annotations = { [`${KEY}app`]: 'x' };
  const made = virtualMachine({ ...vm, sourceNotes: { labels, annotations } }, NOT_CONVERTED);
  expect(made.metadata?.labels).toMatchObject({ [`${KEY}owner`]: 'plan', [`${KEY}team`]: 'red' });
  expect(made.metadata?.annotations).toMatchObject(annotations);
  expect(made.spec.template.metadata?.labels).toEqual(vm.labels);
});
