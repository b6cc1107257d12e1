import { readSource, sourceRef, targetRef } from '../../plan/provider-refs';
import { documents, host, manifestSet, sentences, vcenter } from './example';

const SOURCE = {
  provider: { namespace: 'mtv', name: 'vcenter' },
  url: 'https://vc.example.com/sdk',
  secret: { namespace: 'mtv', name: 'login' },
  vddkImage: 'registry.example.com/vddk:8',
};

test('a source is its address and the name of its Secret, in its own namespace', () => {
  expect(sourceRef(manifestSet().source)).toEqual(SOURCE);
});

test("the worker's own cluster needs no Secret, another one does", () => {
  expect(targetRef(manifestSet().target)).toEqual({
    provider: { namespace: 'mtv', name: 'host' },
    url: '',
    secret: null,
  });
  const remote = { url: 'https://api.example.com:6443', secret: { name: 'token', namespace: 'secrets' } };
  expect(targetRef(manifestSet({ host: remote }).target)).toMatchObject({
    url: 'https://api.example.com:6443',
    secret: { namespace: 'secrets', name: 'token' },
  });
});

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
