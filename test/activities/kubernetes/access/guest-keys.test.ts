import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { AllowedImages } from '../../../../activities/kubernetes/access/allowed-images';
import { lookAtGuestKeys, readGuestKeys } from '../../../../activities/kubernetes/access/guest-keys';
import { ApiError } from '../../../../activities/kubernetes/api/errors';
import { IMAGES, TARGET_NAMESPACES, USE } from '../../../../plan/consent';
import type { FrozenVm } from '../../../../plan/frozen';
import { frozenVm } from '../../../support/frozen-vm';

const ANY = new AllowedImages(null);
const secret = { namespace: 'team-a', name: 'web-keys' };
const VM = withKeys(frozenVm());

function withKeys(vm: FrozenVm): FrozenVm {
  if (vm.conversion === null) throw new Error('nothing to convert');
  return {
    ...vm,
    conversion: { ...vm.conversion, image: 'registry.example.com/convert:1', keys: { secret } },
  };
}

function agreed(values: Record<string, string>, annotations: Record<string, string> = {}): object {
  const data = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const all = { [TARGET_NAMESPACES]: VM.namespace, [IMAGES]: 'registry.example.com/convert', ...annotations };
  return {
    metadata: { labels: { [USE]: 'guest-keys' }, annotations: all },
    data: Object.fromEntries(data) as object,
  };
}

function cluster(found: object | null | Error): ApiClient {
  const find = () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found));
  return { find } as unknown as ApiClient;
}

const read = (found: object | null, vm = VM, allowed = ANY) => readGuestKeys(cluster(found), vm, allowed);
const look = (found: object | null | Error) => {
  const handing = { place: { namespace: VM.namespace, url: '' }, images: ['registry.example.com/convert:1'] };
  return lookAtGuestKeys(cluster(found), { secret, handing }, ANY);
};

test('passphrases are read as their lines, without the newline of the file that they came from', async () => {
  expect(await read(agreed({ root: 'open sesame\n', data: 'x' }))).toEqual({
    root: 'open sesame',
    data: 'x',
  });
});

test('a VM without keys, or without a conversion, has nothing read', async () => {
  expect(await read(null, frozenVm())).toBeNull();
  expect(await read(null, { ...VM, conversion: null })).toBeNull();
});

test.each<[string, object | null, string, RegExp]>([
  ['is not there', null, 'TargetSecretMissing', /no Secret team-a\/web-keys/],
  ['does not consent', { metadata: {}, data: {} }, 'SecretNotConsented', /drover.dev\/use=guest-keys/],
  [
    'consents to another image',
    agreed({ root: 'open' }, { [IMAGES]: 'registry.example.com/other' }),
    'SecretNotConsented',
    /convert:1 may be given it/,
  ],
  ['holds nothing', agreed({}), 'GuestKeysUnfit', /team-a\/web-keys holds no passphrase/],
])('a Secret that %s ends the conversion before it begins', async (_, found, type, message) => {
  await expect(read(found)).rejects.toMatchObject({
    type,
    message: expect.stringMatching(message) as string,
  });
});

test('where the operator of the worker lists what may run, the Secret need not name the image', async () => {
  const listed = new AllowedImages(['registry.example.com/convert']);
  const found = agreed({ root: 'open' }, { [IMAGES]: '' });
  expect(await read(found, VM, listed)).toEqual({ root: 'open' });
});

test('a plan is told what lacks, and no passphrase', async () => {
  const refusal = new ApiError({ verb: 'get', plural: 'secrets' }, 403, { reason: 'Forbidden', said: '' });
  expect(await look(agreed({ root: 'open' }))).toBeNull();
  expect(await look(null)).toEqual({ kind: 'absent' });
  expect(await look(refusal)).toEqual({ kind: 'forbidden' });
  expect(await look(agreed({ root: '' }))).toEqual({
    kind: 'unfit',
    found: 'holds nothing under its key root',
  });
});
