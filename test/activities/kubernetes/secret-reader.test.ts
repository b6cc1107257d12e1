import type { ApiClient } from '../../../activities/kubernetes/api-client';
import { SecretReader } from '../../../activities/kubernetes/secret-reader';
import { readSourceLogin } from '../../../activities/kubernetes/source-login';
import { frozenVm } from '../../support/frozen-vm';

const REF = { namespace: 'openshift-mtv', name: 'vcenter' };

/** A cluster with one Secret, which an operator may change. */
class OneSecret {
  password = 'old';
  reads = 0;
  readonly reader = new SecretReader({ find: () => this.find() } as unknown as ApiClient);

  private find() {
    this.reads += 1;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    return Promise.resolve({ data: { user: base64('drover'), password: base64(this.password) } });
  }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

test('what is read at once by many is asked for once', async () => {
  const cluster = new OneSecret();
  await Promise.all(Array.from({ length: 50 }, () => cluster.reader.read(REF)));
  expect(cluster.reads).toBe(1);
});

test('a Secret that was mended counts after a minute', async () => {
  const cluster = new OneSecret();
  await cluster.reader.read(REF);
  cluster.password = 'new';

  jest.advanceTimersByTime(59_000);
  expect(await cluster.reader.read(REF)).toMatchObject({ password: 'old' });
  jest.advanceTimersByTime(1_000);
  expect(await cluster.reader.read(REF)).toMatchObject({ password: 'new' });
});

test('who hands it on gets it as it was within the last ten seconds, and so does everyone after', async () => {
  const cluster = new OneSecret();
  const { source } = frozenVm();
  await cluster.reader.read(source.secret);
  cluster.password = 'new';

  jest.advanceTimersByTime(9_000);
  expect((await readSourceLogin(cluster.reader, source)).password).toBe('old');
  jest.advanceTimersByTime(1_000);
  expect((await readSourceLogin(cluster.reader, source)).password).toBe('new');
  expect((await cluster.reader.read(source.secret))['password']).toBe('new');
});

test('a Secret whose login was refused is read at once', async () => {
  const cluster = new OneSecret();
  await cluster.reader.read(REF);
  cluster.password = 'new';

  expect(await cluster.reader.read(REF, { withinMs: 0 })).toMatchObject({ password: 'new' });
});
