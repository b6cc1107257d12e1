import { errorAt, formatProblem } from '../../plan/problem';
import { readManifests } from '../../plan/read-manifests';

function at(manifest: string, path: string) {
  return errorAt({ manifest, path }, 'is wrong', 'mend it');
}

const PLAN = `# a comment
apiVersion: forklift.konveyor.io/v1beta1
kind: Plan
metadata:
  name: wave-1
  namespace: mtv
spec:
  targetLabels:
    example.com/team: red
  vms:
    - name: web01
    - id: vm-2
      name: db01
`;

test('several documents in several files become one list, in their order', () => {
  const read = readManifests([
    { file: 'a.yaml', text: 'kind: A\n---\nkind: B\n' },
    { file: 'b.json', text: '{"kind": "C"}' },
  ]);
  expect(read.manifests).toEqual([{ kind: 'A' }, { kind: 'B' }, { kind: 'C' }]);
  expect(read.problems).toEqual([]);
});

test('empty files, comments and empty documents are nothing', () => {
  const texts = ['', '\n', '# only a comment\n', '---\n', '---\n---\n', 'null\n'];
  const read = readManifests(texts.map((text, i) => ({ file: `${i}.yaml`, text })));
  expect(read.manifests).toEqual([]);
  expect(read.problems).toEqual([]);
});

test('what the server keeps for itself is not sent on', () => {
  const text =
    'kind: A\nmetadata: {name: a, annotations: {x: y}, managedFields: [{}], uid: u}\nspec: {status: kept}\nstatus: {x: 1}\n';
  expect(readManifests([{ file: 'a.yaml', text }]).manifests).toEqual([
    { kind: 'A', metadata: { name: 'a', uid: 'u' }, spec: { status: 'kept' } },
  ]);
});

test('a problem is found again at the line of its field', () => {
  const { locate } = readManifests([{ file: 'plan.yaml', text: PLAN }]);
  const lines = [
    '',
    'kind',
    'metadata.name',
    'spec.vms[1].name',
    'spec.targetLabels["example.com/team"]',
  ].map((path) => locate(at('Plan/mtv/wave-1', path)).location.line);
  expect(lines).toEqual([2, 3, 5, 13, 9]);
});

test('a field that is missing is found at the nearest field around it', () => {
  const { locate } = readManifests([{ file: 'plan.yaml', text: PLAN }]);
  const lines = ['spec.provider.source', 'spec.vms[0].targetName', 'spec.vms[9]', 'status'].map(
    (path) => locate(at('Plan/mtv/wave-1', path)).location.line,
  );
  expect(lines).toEqual([7, 11, 10, 2]);
});

test('the second document of a file counts its lines from the top of the file', () => {
  const { locate } = readManifests([{ file: 'two.yaml', text: `kind: A\n---\n${PLAN}` }]);
  expect(formatProblem(locate(at('Plan/mtv/wave-1', 'metadata.name')))).toBe(
    'two.yaml:7: metadata.name: is wrong; mend it',
  );
});

test('what kubectl prints for several objects is taken apart, and its lines are kept', () => {
  const text =
    'apiVersion: v1\nkind: List\nitems:\n- kind: A\n  metadata:\n    name: a\n- kind: B\n  metadata: {name: b}\n  spec:\n    x: 1\n';
  const { locate, manifests } = readManifests([{ file: 'list.yaml', text }]);
  expect(manifests.map(({ kind }) => kind)).toEqual(['A', 'B']);
  expect(locate(at('B/default/b', 'spec.x')).location).toMatchObject({ file: 'list.yaml', line: 10 });
});

test('a document without a name is found by its place, and so is the second of two with one name', () => {
  const named = 'kind: A\nmetadata: {name: a}\n';
  const { locate } = readManifests([{ file: 'x.yaml', text: `${named}---\nkind: B\n---\n${named}` }]);
  expect(locate(at('document 2', 'kind')).location.line).toBe(4);
  expect(locate(at('document 3', '')).location.line).toBe(6);
  expect(locate(at('A/default/a', '')).location.line).toBe(1);
});

test('a problem of a manifest that is in no file stays as it is', () => {
  const problem = at('Plan/mtv/other', 'spec');
  expect(readManifests([{ file: 'plan.yaml', text: PLAN }]).locate(problem)).toBe(problem);
});

test('anchors, aliases and merges are followed', () => {
  const text = 'kind: A\nmetadata: {name: a}\nbase: &base {x: 1}\nspec: *base\nmore: {<<: *base, y: 2}\n';
  const { locate, manifests } = readManifests([{ file: 'a.yaml', text }]);
  expect(manifests[0]).toMatchObject({ spec: { x: 1 }, more: { x: 1, y: 2 } });
  expect(locate(at('A/default/a', 'spec.x')).location.line).toBe(3);
});

test('on, off, yes and no are texts, as in every YAML since 2009', () => {
  expect(readManifests([{ file: 'a.yaml', text: 'a: on\nb: off\nc: yes\nd: true\n' }]).manifests).toEqual([
    { a: 'on', b: 'off', c: 'yes', d: true },
  ]);
});

test.each([
  ['a key that is there twice', 'a: 1\na: 2\n', 'x.yaml:2: this key is there twice; remove one of the two'],
  ['a list', '- 1\n', 'x.yaml:1: this document is no manifest; give it a kind and a name'],
  [
    'a text in a list of manifests',
    'kind: List\nitems:\n- 1\n',
    'x.yaml:3: this document is no manifest; give it a kind and a name',
  ],
  [
    'an alias of nothing',
    'a: *b\n',
    'x.yaml:1: its anchors refer to nothing, or to themselves; write them out',
  ],
  [
    'an alias of itself',
    'a: &a [*a]\n',
    'x.yaml:1: its anchors refer to nothing, or to themselves; write them out',
  ],
])('%s is refused at its line', (_, text, sentence) => {
  const read = readManifests([{ file: 'x.yaml', text }]);
  expect(read.problems.map(formatProblem)).toEqual([sentence]);
  expect(read.manifests).toEqual([]);
});

test('broken syntax is refused at its line, and the other documents are still read', () => {
  const read = readManifests([
    { file: 'x.yaml', text: 'kind: A\n---\nb: "open\n' },
    { file: 'y.yaml', text: 'kind: C\n' },
  ]);
  expect(read.problems.map(formatProblem)).toEqual([
    'x.yaml:4: this is no YAML (Missing closing "quote); mend the syntax',
  ]);
  expect(read.manifests).toEqual([{ kind: 'A' }, { kind: 'C' }]);
});

test('an alias that would grow without bounds is refused', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`,
  );
  const read = readManifests([{ file: 'bomb.yaml', text: `a0: &a0 [x]\n${levels.join('\n')}\n` }]);
  expect(read.problems).toHaveLength(1);
});
