import { sourceRef, targetRef } from '../../plan/provider-refs';
import { manifestSet } from './example';

const SOURCE = {
  provider: { namespace: 'mtv', name: 'vcenter' },
  url: 'https://vc.example.com/sdk',
  secret: { namespace: 'mtv', name: 'login' },
  vddkImage: 'registry.example.com/vddk:8',
};

test('a source is its address and the name of its Secret, in its own namespace', () => {
  expect(sourceRef(manifestSet().source)).toEqual(SOURCE);
});

test('a source that is a single ESXi host says so, and a vCenter says nothing', () => {
  const source = { ...SOURCE, vddkImage: null };
  const of = (sdkEndpoint: string) =>
    sourceRef(manifestSet({ vcenter: { settings: { sdkEndpoint } } }).source);
  expect(of('esxi')).toEqual({ ...source, sdkEndpoint: 'esxi' });
  expect(of('vcenter')).toEqual(source);
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

test('addresses are handed on as everybody writes them', () => {
  const { source, target } = manifestSet({
    vcenter: { url: 'HTTPS://VC.example.com/sdk' },
    host: { url: 'Https://api.example.com:6443', secret: { name: 'token' } },
  });
  expect(sourceRef(source).url).toBe('https://VC.example.com/sdk');
  expect(targetRef(target).url).toBe('https://api.example.com:6443');
});
