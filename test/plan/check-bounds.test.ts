import { checkBounds } from '../../plan/check-bounds';
import { MOST_PROBLEMS } from '../../plan/limits';
import {
  cutProblems,
  errorAt,
  formatProblem,
  type Problem,
  problemAt,
  refuses,
  warningAt,
} from '../../plan/problem';
import { readSource } from '../../plan/read-source';
import { validateManifests } from '../../plan/validate-manifests';
import { documents, sentences } from './example';

const many = (count: number, item: unknown = 'x') => Array<unknown>(count).fill(item);
const named = (spec: unknown) => ({ kind: 'Plan', metadata: { name: 'p', namespace: 'mtv' }, spec });

function nested(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

test.each<[string, unknown[], string]>([
  ['a million VMs', [named({ vms: many(1_000_000) })], 'Plan/mtv/p: spec.vms: the plan lists 1000000 VMs'],
  [
    'a NetworkMap of 100,000 entries',
    documents({
      networkMap: { map: many(100_000, { source: { name: 'a' }, destination: { type: 'pod' } }) },
    }),
    'NetworkMap/mtv/nets: there are more than 100000 fields',
  ],
  ['a million fields', [named({ x: many(1_000_000) })], 'Plan/mtv/p: there are more than 100000 fields'],
  [
    'many values over many documents',
    many(900, named({ x: many(200) })),
    'Plan/mtv/p: there are more than 100000 fields',
  ],
  ['a long text', [named({ x: 'a'.repeat(70_000) })], 'Plan/mtv/p: a text ("x") has 70000 characters'],
  [
    'a long name of a field',
    [named({ ['a'.repeat(600)]: 1 })],
    'Plan/mtv/p: the name of a field has 600 characters',
  ],
  [
    'much text',
    [named({ x: many(20, 'a'.repeat(60_000)) })],
    'Plan/mtv/p: the manifests hold more than 1048576',
  ],
  ['deep nesting', [named({ x: nested(100_000) })], 'Plan/mtv/p: more than 64 groups and lists'],
  [
    'lists within lists, without end',
    [many(100_000).reduce<unknown>((items) => ({ kind: 'List', items: [items] }), {})],
    'document 1: more than 64 groups and lists',
  ],
  ['many documents', many(1_001, {}), 'there are more than 1000 documents'],
  [
    'many documents in a list',
    [{ kind: 'List', items: many(1_001, {}) }],
    'there are more than 1000 documents',
  ],
])('%s is one problem, wherever it comes from', (_, given, sentence) => {
  const passed = checkBounds(given);
  expect(passed === null ? '' : formatProblem(passed)).toContain(sentence);
  expect(validateManifests(given)).toEqual({ plan: null, set: null, problems: [passed] });
  expect(readSource(given)).toEqual({ source: null, problems: [passed] });
});

test('a full plan is within bounds', () => {
  const vms = Array.from({ length: 2_000 }, (_, i) => ({ name: `web-${i}`, targetName: `web-${i}` }));
  expect(sentences(validateManifests(documents({ plan: { vms } })).problems)).toEqual([]);
});

test('of very many problems the first are given, and the others counted', () => {
  const vms = Array.from({ length: 2_000 }, () => ({ nmae: 'x' }));
  const { problems, set } = validateManifests(documents({ plan: { vms } }));
  expect({ set, given: problems.length }).toEqual({ set: null, given: MOST_PROBLEMS });
  // Each VM has a field that is not known, and no name.
  expect(problems.at(-1)).toMatchObject({ severity: 'error', standsFor: 2 * 2_000 - MOST_PROBLEMS + 1 });
});

test('problems that are cut twice are still counted right', () => {
  const errors = Array.from({ length: 50 }, (_, i) => errorAt({ path: `a${i}` }, 'is wrong', 'mend it'));
  const cut = cutProblems(cutProblems(errors, 20), 5);
  expect(cut.map(formatProblem)).toEqual([
    ...errors.slice(0, 4).map(formatProblem),
    '46 more problems were found; mend these first',
  ]);
});

describe('where problems are left out', () => {
  const warning = warningAt({ path: 'a' }, 'is odd', 'look at it');
  const error = errorAt({ path: 'b' }, 'is wrong', 'mend it');
  const known: Problem = { ...warning, acknowledged: 'it is old' };
  const information = problemAt('information', { path: 'c' }, { found: 'is there', remedy: 'know it' });

  test('warnings refuse nothing, errors do', () => {
    expect(refuses(cutProblems([warning, warning, warning, warning], 3))).toBe(false);
    expect(refuses(cutProblems([error, error, error, error], 3))).toBe(true);
  });

  test('the gravest are given, in their order, and the last says how many are not', () => {
    const other = errorAt({ path: 'd' }, 'is wrong, too', 'mend it');
    expect(cutProblems([known, warning, information, error, warning, other], 4)).toEqual([
      error,
      other,
      warning,
      expect.objectContaining({ found: '3 more problems were found', severity: 'warning', standsFor: 3 }),
    ]);
  });

  test('what is acknowledged, or asks nobody to act, does not count more because of it', () => {
    const last = cutProblems([warning, information, known, known], 2).at(-1);
    expect(last).toMatchObject({ severity: 'information', standsFor: 3 });
    expect(last).not.toHaveProperty('acknowledged');
  });

  test('those that were left out before are counted at the end, and not in between', () => {
    const before = cutProblems([error, error, error], 2);
    const cut = cutProblems([...before, warning, error, warning], 3);
    expect(cut.slice(0, 2)).toEqual([error, error]);
    expect(cut.at(-1)).toMatchObject({ severity: 'error', standsFor: 4 });
  });
});
