import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { AllowedImages } from '../../../../activities/kubernetes/access/allowed-images';
import { readGuestScripts } from '../../../../activities/kubernetes/access/guest-scripts';
import { IMAGES, TARGET_NAMESPACES, USE } from '../../../../plan/consent';
import type { FrozenVm } from '../../../../plan/frozen';
import { frozenVm } from '../../../support/frozen-vm';

const ANY = new AllowedImages(null);
const DATA = { '10_linux_run_proxy.sh': 'echo' };
const VM = withScripts(frozenVm());

function withScripts(vm: FrozenVm): FrozenVm {
  if (vm.conversion === null) throw new Error('nothing to convert');
  const scripts = { namespace: 'team-a', name: 'web-scripts' };
  return { ...vm, conversion: { ...vm.conversion, image: 'registry.example.com/convert:1', scripts } };
}

function agreed(data: object, annotations: Record<string, string> = {}): object {
  const all = { [TARGET_NAMESPACES]: VM.namespace, [IMAGES]: 'registry.example.com/convert', ...annotations };
  return { metadata: { labels: { [USE]: 'guest-scripts' }, annotations: all }, data };
}

function read(found: object | null, vm = VM, allowed = ANY) {
  const api = { find: () => Promise.resolve(found) } as unknown as ApiClient;
  return readGuestScripts(api, vm, allowed);
}

test('scripts are read as they are', async () => {
  expect(await read(agreed(DATA))).toEqual(DATA);
});

test('a VM without scripts, or without a conversion, has nothing read', async () => {
  expect(await read(null, frozenVm())).toBeNull();
  expect(await read(null, { ...VM, conversion: null })).toBeNull();
});

test.each<[string, object | null, string, RegExp]>([
  ['is not there', null, 'GuestScriptsUnfit', /no ConfigMap team-a\/web-scripts/],
  ['does not consent', { metadata: {}, data: DATA }, 'SecretNotConsented', /drover.dev\/use=guest-scripts/],
  [
    'consents to another namespace',
    agreed(DATA, { [TARGET_NAMESPACES]: 'others' }),
    'SecretNotConsented',
    /conversions in namespace .* may be given it/,
  ],
  [
    'consents to another image',
    agreed(DATA, { [IMAGES]: 'registry.example.com/other' }),
    'SecretNotConsented',
    /convert:1 may be given it/,
  ],
  [
    'has a name that is none',
    agreed({ 'x.sh': 'echo' }),
    'GuestScriptsUnfit',
    /team-a\/web-scripts holds "x.sh"/,
  ],
])('a ConfigMap that %s ends the conversion before it begins', async (_, found, type, message) => {
  await expect(read(found)).rejects.toMatchObject({
    type,
    message: expect.stringMatching(message) as string,
  });
});

test('where the operator of the worker lists what may run, the ConfigMap need not name the image', async () => {
  const listed = new AllowedImages(['registry.example.com/convert']);
  expect(await read(agreed(DATA, { [IMAGES]: '' }), VM, listed)).toEqual(DATA);
});
