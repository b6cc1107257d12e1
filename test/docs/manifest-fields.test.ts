/** Nothing silent: of every field of the API, Drover says what it does with it. */
import { type Kind, SCHEMAS } from '../../plan/manifests/kinds';
import { validateManifests } from '../../plan/validate-manifests';
import { API_FIELDS } from '../plan/api/forklift-v1beta1';
import { documents, type Parts, sentences } from '../plan/example';
import { fieldsOf, honouredBy, keyOf, type ReadField } from './field-walk';
import { HONOURED, OWN } from './honoured-fields';

const KINDS = Object.keys(SCHEMAS) as Kind[];
const known = (kind: Kind) =>
  new Map(fieldsOf(kind).map((field) => [`${field.object}.${field.name}`, field]));

/** What is in a field that Drover refuses, or that has no effect, shares its fate. */
function fateOf(fields: ReadonlyMap<string, ReadField>, path: string): ReadField | undefined {
  const above = path.lastIndexOf('.');
  return (
    fields.get(path.replace(/\[\]$/, '')) ?? (above < 0 ? undefined : fateOf(fields, path.slice(0, above)))
  );
}

describe.each(KINDS)('of %s', (kind) => {
  const fields = known(kind);
  const paths = Object.entries(API_FIELDS[kind]).flatMap(([object, names]) =>
    names.map((name) => `${object}.${name}`),
  );

  test.each(paths)('%s is honoured, refused, or without effect for a reason', (path) => {
    const within = [...fields.keys()].some(
      (one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[]`),
    );
    // Of an object that Drover reads, each field speaks for itself.
    expect(within || fateOf(fields, path)?.says).toBeTruthy();
  });

  test('no field is read that neither the API nor Drover has', () => {
    const strange = [...fields.keys()].filter(
      (path) => !paths.includes(path) && !OWN.has(`${kind} ${path}`) && !path.endsWith('.vlan'),
    );
    expect(strange).toEqual([]);
  });
});

test('each line that says where a field is honoured speaks for a field that is', () => {
  const honoured = KINDS.flatMap(fieldsOf).filter(({ does }) => does === 'honoured');
  const speaking = new Set(honoured.map((field) => honouredBy(keyOf(field))));
  expect(Object.keys(HONOURED).filter((key) => !speaking.has(key))).toEqual([]);
  expect(honoured.filter(({ says }) => says === null).map(keyOf)).toEqual([]);
});

describe('a field without effect', () => {
  const ofPlan = [...known('Plan').values()].filter(
    ({ object, accepts }) => object === 'spec' && accepts.length > 0,
  );
  const silent = ofPlan.filter(({ does }) => does === 'no effect');

  test.each(silent)('$name changes nothing of what is read, whichever value it has', ({ name, accepts }) => {
    const read = (value: unknown) =>
      validateManifests(documents({ plan: { [name]: value } } satisfies Parts));
    const [first, ...others] = accepts.map(read);
    expect(sentences(first!.problems)).toEqual([]);
    for (const other of others) expect(other).toEqual(first);
  });

  test.each(silent)('$name refuses a value that the API does not know', ({ name }) => {
    const { set, problems } = validateManifests(documents({ plan: { [name]: 'perhaps' } }));
    expect(set).toBeNull();
    expect(problems[0]?.location.path).toBe(`spec.${name}`);
  });
});
