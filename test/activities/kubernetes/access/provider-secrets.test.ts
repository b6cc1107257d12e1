import type { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { ProviderSecrets } from '../../../../activities/kubernetes/access/provider-secrets';
import { readSourceLogin } from '../../../../activities/kubernetes/copies/source-login';
import { AllowedImages } from '../../../../activities/kubernetes/access/allowed-images';
import type { RegisteredLogin } from '../../../../plan/consent';
import { vmRef } from '../../../../plan/vm-ref';
import { agreeing } from '../../../support/consent';
import { BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';

const VM = frozenVm();
const { source } = VM;
const REF = vmRef(VM);

/** A cluster with one Secret, which its owner may change. */
class OneSecret {
  password = 'old';
  metadata: object = agreeing();
  more: Record<string, string> = {};
  reads = 0;

  reader(allowed?: AllowedImages, registered?: readonly RegisteredLogin[]): ProviderSecrets {
    const api = { find: () => this.find() } as unknown as ApiClient;
    return new ProviderSecrets(api, allowed, registered);
  }

  private find() {
    this.reads += 1;
    const values = { user: 'drover', password: this.password, ...this.more };
    const data = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    return Promise.resolve({ metadata: this.metadata, data: Object.fromEntries(data) as object });
  }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

test('what is read at once by many is asked for once', async () => {
  const cluster = new OneSecret();
  const secrets = cluster.reader();
  await Promise.all(Array.from({ length: 50 }, () => secrets.read(source)));
  expect(cluster.reads).toBe(1);
});

test('a Secret that was mended counts after a minute', async () => {
  const cluster = new OneSecret();
  const secrets = cluster.reader();
  await secrets.read(source);
  cluster.password = 'new';

  jest.advanceTimersByTime(59_000);
  expect(await secrets.read(source)).toMatchObject({ password: 'old' });
  jest.advanceTimersByTime(1_000);
  expect(await secrets.read(source)).toMatchObject({ password: 'new' });
});

test('who hands it on gets it as it was within the last ten seconds, and so does everyone after', async () => {
  const cluster = new OneSecret();
  const secrets = cluster.reader();
  await secrets.read(source);
  cluster.password = 'new';

  jest.advanceTimersByTime(9_000);
  expect((await readSourceLogin(secrets, REF, VM.disks)).password).toBe('old');
  jest.advanceTimersByTime(1_000);
  expect((await readSourceLogin(secrets, REF, VM.disks)).password).toBe('new');
  expect((await secrets.read(source))['password']).toBe('new');
});

test('a Secret whose login was refused is read at once', async () => {
  const cluster = new OneSecret();
  const secrets = cluster.reader();
  await secrets.read(source);
  cluster.password = 'new';

  expect(await secrets.read(source, { withinMs: 0 })).toMatchObject({ password: 'new' });
});

test('a Secret that was read for its server is not read for another one', async () => {
  const secrets = new OneSecret().reader();
  await secrets.read(source);

  const elsewhere = secrets.read({ ...source, url: 'https://evil.example.com/sdk' });

  await expect(elsewhere).rejects.toMatchObject({
    type: 'SecretNotConsented',
    message: expect.stringContaining(
      'does not say that it may be sent to evil.example.com:443: kubectl -n openshift-mtv annotate --overwrite secret',
    ) as string,
  });
});

test('a Secret without a word is read for the server that is registered with it, and for no other of that name', async () => {
  const cluster = new OneSecret();
  cluster.metadata = {};
  const secrets = cluster.reader(undefined, [{ ...source, type: 'vsphere' }]);

  expect(await secrets.read(source)).toMatchObject({ user: 'drover' });
  await expect(secrets.read({ ...source, url: 'https://evil.example.com/sdk' })).rejects.toMatchObject({
    type: 'SecretNotConsented',
  });
  await expect(
    secrets.readTarget({ provider: source.provider, url: source.url, secret: source.secret }, source.secret),
  ).rejects.toMatchObject({ type: 'SecretNotConsented' });
});

test('an owner who says what was missing is heard at once, and one who takes it back after a minute', async () => {
  const cluster = new OneSecret();
  const secrets = cluster.reader();
  cluster.metadata = {};
  await expect(secrets.read(source)).rejects.toMatchObject({ type: 'SecretNotConsented' });

  cluster.metadata = agreeing();
  expect(await secrets.read(source)).toMatchObject({ user: 'drover' });
  cluster.metadata = {};
  jest.advanceTimersByTime(60_000);
  await expect(secrets.read(source)).rejects.toMatchObject({ type: 'SecretNotConsented' });
});

test("a login of Forklift's is not handed to a namespace that its owner does not name", async () => {
  const cluster = new OneSecret();
  cluster.metadata = { labels: { createdForProviderType: 'vsphere', createdForResourceType: 'providers' } };
  cluster.more = { url: source.url };
  const secrets = cluster.reader();

  expect(await secrets.read(source)).toMatchObject({ user: 'drover' });
  await expect(readSourceLogin(secrets, REF, [])).rejects.toThrow(
    'copiers in namespace migrated may be given it',
  );
});

test("a login is given to an image that its owner names, or the worker's operator", async () => {
  const cluster = new OneSecret();
  const image = 'registry.example.com/vendor/offload:1';
  const disks = [{ method: { ...BY_PLUGIN, image } as typeof BY_PLUGIN }];

  await expect(readSourceLogin(cluster.reader(), REF, disks)).rejects.toThrow(
    `that ${image} may be given it`,
  );
  const allowing = cluster.reader(new AllowedImages(['registry.example.com/vendor/*']));
  expect(await readSourceLogin(allowing, REF, disks)).toMatchObject({ user: 'drover' });
});
