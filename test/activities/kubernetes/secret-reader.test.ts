import type { ApiClient } from '../../../activities/kubernetes/api-client';
import { SecretReader } from '../../../activities/kubernetes/secret-reader';

const REF = { namespace: 'openshift-mtv', name: 'vcenter' };

/** A cluster with one Secret, which an operator may change. */
class OneSecret {
  password = 'old';
  reads = 0;
  readonly reader = new SecretReader({ find: () => this.find() } as unknown as ApiClient);

  private find() {
    this.reads += 1;
    return Promise.resolve({ data: { password: Buffer.from(this.password).toString('base64') } });
  }
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

test('what is read at once by many is asked for once', async () => {
  const cluster = new OneSecret();
  await Promise.all(Array.from({ length: 50 }, () => cluster.reader.read(REF)));
  expect(cluster.reads).toBe(1);
});

test('a Secret that was mended counts after ten seconds', async () => {
  const cluster = new OneSecret();
  await cluster.reader.read(REF);
  cluster.password = 'new';

  jest.advanceTimersByTime(9_000);
  expect(await cluster.reader.read(REF)).toEqual({ password: 'old' });
  jest.advanceTimersByTime(1_000);
  expect(await cluster.reader.read(REF)).toEqual({ password: 'new' });
});

test('a Secret whose login was refused is read at once', async () => {
  const cluster = new OneSecret();
  await cluster.reader.read(REF);
  cluster.password = 'new';

  expect(await cluster.reader.read(REF, { fresh: true })).toEqual({ password: 'new' });
});
