import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { ProviderSecrets } from '../../../../activities/kubernetes/access/provider-secrets';
import { readSourceAuthority, readSourceLogin } from '../../../../activities/kubernetes/copies/source-login';
import { vmRef } from '../../../../plan/vm-ref';
import { agreeing } from '../../../support/consent';
import { frozenVm } from '../../../support/frozen-vm';

const vm = frozenVm();
const { source } = vm;
const LOGIN = { user: 'drover', password: 's3cret' };
const PIN = Array<string>(20).fill('AB').join(':');

/** A cluster whose only object is the Provider's Secret. */
function secrets(values: Record<string, string>): ProviderSecrets {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return new ProviderSecrets({
    find: () => Promise.resolve({ metadata: agreeing(), data }),
  } as unknown as ApiClient);
}

test.each<[string, Record<string, string>, string | null]>([
  ['an authority', { 'ca.crt': 'PEM' }, 'PEM'],
  ['an authority under its old key', { cacert: 'PEM' }, 'PEM'],
  ['a thumbprint', { thumbprint: PIN }, null],
  ['a thumbprint, by which we verify, beside an authority', { thumbprint: PIN, 'ca.crt': 'PEM' }, null],
  ["nothing: the system's authorities", {}, null],
])('importers verify vCenter as we do, where the Secret names %s', async (_, values, authority) => {
  expect(await readSourceAuthority(secrets({ ...LOGIN, ...values }), source)).toBe(authority);
});

test('copiers get the login without the newlines of the files that it came from', async () => {
  const read = readSourceLogin(secrets({ user: 'drover\n', password: 's3cret\r\n' }), vmRef(vm), vm.disks);
  expect(await read).toEqual(LOGIN);
});

test('a file with nothing but a newline is no password', async () => {
  const read = readSourceLogin(secrets({ user: 'drover', password: '\n' }), vmRef(vm), vm.disks);
  await expect(read).rejects.toMatchObject({ type: 'TargetSecretMissing' });
});

test('a Secret without a password is named with its missing key', async () => {
  await expect(readSourceLogin(secrets({ user: 'drover' }), vmRef(vm), vm.disks)).rejects.toMatchObject({
    type: 'TargetSecretMissing',
    message: `the Secret ${source.secret.namespace}/${source.secret.name} has no key password`,
  });
});
