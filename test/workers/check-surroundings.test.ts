import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createNamespace } from '../../client/namespace';
import { setUp } from '../../client/setup';
import { checkSurroundings } from '../../workers/check-surroundings';
import { startTemporal } from '../support/temporal';

let env: TestWorkflowEnvironment;
const former = process.env.KUBECONFIG;

beforeAll(async () => {
  env = await startTemporal();
  process.env.KUBECONFIG = kubeconfigOfNobody();
});
afterAll(async () => {
  if (former === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = former;
  await env.teardown();
});

test('names a namespace that is missing, and the command that makes it', async () => {
  await expect(checkSurroundings(env.connection, 'nowhere')).rejects.toMatchObject({
    code: 'SetupMissing',
    message:
      'Temporal has no namespace "nowhere"; set TEMPORAL_NAMESPACE to the right one, or run: drover setup',
  });
});

test('names search attributes that are missing', async () => {
  await createNamespace(env.connection, 'bare', 30);
  await expect(checkSurroundings(env.connection, 'bare')).rejects.toMatchObject({
    code: 'SetupMissing',
    message: expect.stringContaining('lacks the search attributes DroverPlan') as string,
  });
});

test('names the API server that does not answer, and says nothing else of it', async () => {
  await setUp(env.connection, { namespace: 'ready' });
  await expect(checkSurroundings(env.connection, 'ready')).rejects.toMatchObject({
    code: 'Unreachable',
    message: "the Kubernetes API at http://127.0.0.1:1 can't be used (no answer); check KUBECONFIG",
  });
});

test('tells in one line that the kubeconfig can not be read', async () => {
  await setUp(env.connection, { namespace: 'ready' });
  process.env.KUBECONFIG = '/nowhere/kubeconfig';
  await expect(checkSurroundings(env.connection, 'ready')).rejects.toMatchObject({
    code: 'InvalidInput',
    message: "the kubeconfig can't be read (ENOENT); check KUBECONFIG",
  });
});

test.each([
  ['no current context', { 'current-context': undefined }, 'has no current context'],
  [
    'a current context that is not there',
    { 'current-context': 'y' },
    'has no context "y", which is its current one',
  ],
  [
    'a context whose cluster is not there',
    { clusters: [] },
    'has no cluster "c", which its context "x" names',
  ],
  ['a context whose user is not there', { users: [] }, 'has no user "u", whom its context "x" names'],
  [
    'a server without an address',
    { clusters: [{ name: 'c', cluster: { server: 'nowhere' } }] },
    'has no usable address of cluster "c"',
  ],
])('tells in one line of a kubeconfig with %s', async (_, changes, what) => {
  await setUp(env.connection, { namespace: 'ready' });
  process.env.KUBECONFIG = kubeconfigOfNobody(changes);
  await expect(checkSurroundings(env.connection, 'ready')).rejects.toMatchObject({
    code: 'InvalidInput',
    message: `the kubeconfig ${what}; check KUBECONFIG (kubectl config view)`,
  });
});

/** A cluster behind a port that nobody listens on. */
function kubeconfigOfNobody(changes: object = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), 'drover-kubeconfig-')), 'kubeconfig');
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
      ...changes,
    }),
  );
  return file;
}
