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
    'x.yaml:1: this alias refers to no anchor before it; write its value out',
  ],
  [
    'an alias of itself',
    'a: &a [*a]\n',
    'x.yaml:1: this alias is inside what it refers to; write its value out',
  ],
  [
    '.nan',
    'a:\n  b: .nan\n',
    'x.yaml:2: .nan is no number that JSON can hold; put it in quotes if it is a text',
  ],
  [
    '.inf',
    'a: [1, -.inf]\n',
    'x.yaml:1: -.inf is no number that JSON can hold; put it in quotes if it is a text',
  ],
  [
    'a number beyond all numbers',
    'a: 1e999\n',
    'x.yaml:1: 1e999 is no number that JSON can hold; put it in quotes if it is a text',
  ],
  [
    'a number that would be rounded',
    'a: 1\nb: 9007199254740993\n',
    'x.yaml:2: 9007199254740993 is too large a number to be read exactly; put it in quotes if it is a text',
  ],
  [
    'a number that some take for octal',
    'mode: 0777\n',
    'x.yaml:1: 0777 begins with a zero: some readers take it for an octal number; remove the zero, or put it in quotes if it is a text',
  ],
  [
    'binary data',
    'a: !!binary aGVsbG8=\n',
    'x.yaml:1: the tag !!binary is not read; remove it, and write the value as it is',
  ],
  [
    "another language's tag",
    'a: 1\nb: !!js/function "x"\n',
    'x.yaml:2: the tag !!js/function is not read; remove it, and write the value as it is',
  ],
  ['a set', 'a: !!set {b}\n', 'x.yaml:1: the tag !!set is not read; remove it, and write the value as it is'],
  [
    'YAML of another version',
    '%YAML 1.1\n---\na: on\n',
    'x.yaml:2: this is YAML 1.1, and 1.2 is what Drover reads; remove the %YAML line',
  ],
  ['a key that is a list', '? [a, b]\n: 1\n', 'x.yaml:1: this key is no text; give the name of a field'],
  ['an empty key', 'a: {~: 1}\n', 'x.yaml:1: this key is empty; give the name of a field'],
  [
    'a key that is read as another',
    '1.0: a\n',
    'x.yaml:1: this key is a number, which is read as another text; put it in quotes',
  ],
  [
    'a number and a text as one key',
    'a:\n  1: b\n  "1": c\n',
    'x.yaml:3: this key is there twice; remove one of the two',
  ],
  [
    'a merge of no group',
    'a: {<<: 1}\n',
    'x.yaml:1: this is no YAML (Merge sources must be maps or map aliases); mend the syntax',
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

test('a date is a text, as JSON has it', () => {
  const text = 'a: 2026-11-28\nb: 2026-11-28T10:00:00Z\nc: 12:30\n';
  expect(readManifests([{ file: 'a.yaml', text }]).manifests).toEqual([
    { a: '2026-11-28', b: '2026-11-28T10:00:00Z', c: '12:30' },
  ]);
});

test('one anchor may be used for each VM of a plan', () => {
  const text = `a: &a on\nb: [${'*a, '.repeat(500)}*a]\n`;
  expect(readManifests([{ file: 'a.yaml', text }]).manifests).toEqual([
    { a: 'on', b: Array(501).fill('on') },
  ]);
});

describe('at a bounded cost', () => {
  const chain = (levels: number, link: (name: string) => string) =>
    [
      'a0: &a0 {x: 1}',
      ...Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} ${link(`*a${i}`)}`),
    ].join('\n');

  test.each<[string, string, string]>([
    [
      'aliases of aliases',
      chain(12, (alias) => `[${`${alias}, `.repeat(9)}${alias}]`),
      'x.yaml:6: there are more than 100000 fields and list items; remove what Drover does not read, or split the plan',
    ],
    [
      'merges of merges',
      chain(12, (alias) => `{<<: [${`${alias}, `.repeat(9)}${alias}]}`),
      'x.yaml:6: there are more than 100000 fields and list items; remove what Drover does not read, or split the plan',
    ],
    [
      'a long chain of aliases',
      chain(1_000, (alias) => `[${alias}]`),
      'x.yaml:65: more than 64 groups and lists are inside one another; remove what Drover does not read: no manifest is nested so deep',
    ],
    [
      'very many aliases',
      `a: &a 1\nb: [${'*a, '.repeat(2_001)}]`,
      'x.yaml:2: there are more than 2000 aliases; write out what they stand for',
    ],
    [
      'open brackets without end',
      `\na: ${'['.repeat(200_000)}`,
      'x.yaml:2: more than 64 groups and lists are inside one another; remove what Drover does not read: no manifest is nested so deep',
    ],
    [
      'dashes without end',
      `${'- '.repeat(200_000)}a`,
      'x.yaml:1: more than 64 groups and lists are inside one another; remove what Drover does not read: no manifest is nested so deep',
    ],
    [
      'very many keys',
      `a:\n${Array.from({ length: 150_000 }, (_, i) => `  k${i}: 1\n`).join('')}`,
      'x.yaml:62501: the files hold more than can be read (500000 parts of YAML up to here); leave out what Drover does not read, as status, or split the plan',
    ],
    [
      'very many documents',
      '---\n'.repeat(100_000),
      'x.yaml: there are more than 1000 documents; give the Plan and what it refers to, and nothing else',
    ],
  ])('%s are refused', (_, text, sentence) => {
    const read = readManifests([{ file: 'x.yaml', text }]);
    expect(read.problems.map(formatProblem)).toEqual([sentence]);
    expect(read.manifests).toEqual([]);
  });

  test('several files share one bound, and those after it are not looked at', () => {
    const text = `kind: A\nx: [${'1, '.repeat(60_000)}]\n`;
    const files = Array.from({ length: 4 }, (_, i) => ({ file: `${i}.yaml`, text }));
    const { manifests, problems } = readManifests(files);
    expect(manifests).toEqual([]);
    expect(problems.map(({ location }) => location.file)).toEqual(['2.yaml']);
  });
});
