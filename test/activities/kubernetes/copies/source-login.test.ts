import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import type { DataVolume } from '../../../../activities/kubernetes/api/kinds';
import { ProviderSecrets } from '../../../../activities/kubernetes/access/provider-secrets';
import {
  importLogins,
  readSourceAuthority,
  readSourceLogin,
} from '../../../../activities/kubernetes/copies/source-login';
import { vmRef, type VmRef } from '../../../../plan/vm-ref';
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

describe('the login of an import', () => {
  const hosts = ['esx1', 'esx2'].map((name, place) => ({
    moref: `host-${place + 1}`,
    url: `https://${name}.example.com/sdk`,
    secret: { namespace: 'mtv', name: `${name}-login` },
  }));
  const withHosts = { ...vmRef(vm), source: { ...source, hosts } };
  const encoded = (text: string) => Buffer.from(text).toString('base64');

  /** Secrets whose user is their own name, each lent to the servers that it says. */
  function login(at: VmRef, url: string | undefined, servers: Record<string, string> = ALL) {
    const find = jest.fn((_: unknown, { name }: { name: string }) =>
      Promise.resolve({
        metadata: agreeing(servers[name]),
        data: { user: encoded(name), password: encoded('s3cret') },
      }),
    );
    const read = importLogins(new ProviderSecrets({ find } as unknown as ApiClient), {
      vm: at,
      disk: vm.disks[0]!,
    });
    const vddk = url === undefined ? {} : { vddk: { url } };
    return { read: read({ metadata: { name: 'disk' }, spec: { source: vddk } } as DataVolume), find };
  }

  const ALL = {
    [source.secret.name]: new URL(source.url).host,
    'esx1-login': 'esx1.example.com',
    'esx2-login': 'esx2.example.com',
  };

  test.each<[string, VmRef, string, string]>([
    ['the vCenter', vmRef(vm), source.url, source.secret.name],
    [
      'the vCenter, with its scheme in capitals',
      vmRef(vm),
      source.url.replace('https', 'HTTPS'),
      source.secret.name,
    ],
    ['the vCenter, though there are Hosts', withHosts, source.url, source.secret.name],
    ['one of its Hosts', withHosts, hosts[1]!.url, 'esx2-login'],
  ])('is of the server that its DataVolume names: %s', async (_, at, url, user) => {
    expect(await login(at, url).read).toMatchObject({ user });
  });

  test.each<[string, VmRef, string | undefined]>([
    ['a server that the plan does not name', vmRef(vm), 'https://elsewhere.example.com/sdk'],
    ['a Host of another plan', vmRef(vm), hosts[1]!.url],
    ['a server that is none of its Hosts', withHosts, 'https://elsewhere.example.com/sdk'],
    ['another port of the vCenter', vmRef(vm), source.url.replace('/sdk', ':8443/sdk')],
    ['no server', vmRef(vm), undefined],
  ])('is not read where the DataVolume names %s', async (_, at, url) => {
    const { read, find } = login(at, url);
    await expect(read).rejects.toMatchObject({ type: 'NameTaken' });
    expect(find).not.toHaveBeenCalled();
  });

  test("is not read where its owner has not lent it to the Host's address", async () => {
    const lent = { ...ALL, 'esx2-login': new URL(source.url).host };
    await expect(login(withHosts, hosts[1]!.url, lent).read).rejects.toMatchObject({
      type: 'SecretNotConsented',
    });
  });
});
