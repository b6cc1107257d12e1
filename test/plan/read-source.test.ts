import { sourceRef } from '../../plan/provider-refs';
import { readSource } from '../../plan/read-source';
import { documents, host, manifestSet, sentences, vcenter } from './example';

const SOURCE = sourceRef(manifestSet().source);
const REGISTERED = [manifestSet().source];
const UNBROUGHT = documents().slice(1);

test('an inventory needs no plan, only a vCenter', () => {
  expect(readSource([vcenter(), host()])).toEqual({ source: SOURCE, problems: [] });
  expect(readSource([{ kind: 'List', items: [vcenter()] }]).source).toEqual(SOURCE);
});

test('with a plan the source is the one that the plan names', () => {
  const other = { ...vcenter(), metadata: { name: 'other', namespace: 'mtv' } };
  expect(readSource([other, ...documents()])).toEqual({ source: SOURCE, problems: [] });
});

test.each<[string, unknown[], string]>([
  ['no vCenter', [host()], 'no Provider of type vsphere is among the manifests; add one'],
  [
    'two vCenters',
    [vcenter(), { ...vcenter(), metadata: { name: 'other', namespace: 'mtv' } }],
    'several Providers of type vsphere are among the manifests; give one, or a Plan that names one',
  ],
  [
    'a broken vCenter',
    [vcenter({ url: '' })],
    'Provider/mtv/vcenter: spec.url: is missing; give https://<vCenter>/sdk',
  ],
])('%s is refused', (_, all, sentence) => {
  const { problems, source } = readSource(all);
  expect(sentences(problems)).toEqual([sentence]);
  expect(source).toBeNull();
});

test('with a plan the source may be registered at the worker, and only the worker can tell', () => {
  expect(readSource(UNBROUGHT, REGISTERED)).toEqual({ source: SOURCE, problems: [] });
  expect(readSource(UNBROUGHT, 'unknown')).toEqual({ source: null, problems: [] });
  expect(sentences(readSource(UNBROUGHT).problems)).toEqual([
    'Plan/mtv/wave-1: spec.provider.source.name: Provider/mtv/vcenter is not among the manifests; add it to the manifests',
  ]);
});

test('a brought Provider is the registered one of its name, or refused', () => {
  expect(readSource([vcenter()], REGISTERED)).toEqual({ source: SOURCE, problems: [] });
  const { source, problems } = readSource([vcenter({ url: 'https://evil.example.com/sdk' })], REGISTERED);
  expect(source).toBeNull();
  expect(sentences(problems)).toEqual([expect.stringContaining('as it is registered at the worker')]);
});

describe('a Provider that is asked for by name', () => {
  const NAMED = { namespace: 'mtv', name: 'vcenter' };

  test('may be registered at the worker, or among the manifests, whatever else is', () => {
    expect(readSource([], REGISTERED, NAMED)).toEqual({ source: SOURCE, problems: [] });
    const other = { ...vcenter(), metadata: { name: 'other', namespace: 'mtv' } };
    expect(readSource([other, vcenter()], [], NAMED)).toEqual({ source: SOURCE, problems: [] });
    expect(readSource([], 'unknown', NAMED)).toEqual({ source: null, problems: [] });
  });

  test.each<[string, unknown[], typeof NAMED, string]>([
    [
      'nowhere',
      [],
      { ...NAMED, name: 'elsewhere' },
      'Provider/mtv/elsewhere is neither among the manifests nor registered at the worker (registered: Provider/mtv/vcenter); add its manifest, or name one that is there',
    ],
    [
      'a target',
      [host()],
      { ...NAMED, name: 'host' },
      'Provider/mtv/host is of type openshift; name one of type vsphere',
    ],
  ])('is refused where it is %s', (_, given, wanted, sentence) => {
    const { source, problems } = readSource(given, REGISTERED, wanted);
    expect(sentences(problems)).toEqual([sentence]);
    expect(source).toBeNull();
  });
});
