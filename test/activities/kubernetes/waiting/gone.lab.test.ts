import { ApiClient } from '../../../../activities/kubernetes/api/api-client';
import { CONFIG_MAPS } from '../../../../activities/kubernetes/api/kinds';
import { remainingOf } from '../../../../activities/kubernetes/waiting/gone';
import { Informers } from '../../../../activities/kubernetes/waiting/informers';
import type { Scope } from '../../../../activities/kubernetes/waiting/scope';
import { Progress } from '../../../../activities/progress';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';

const LABELS = { 'drover.dev/vm': 'vm-1' };
const HELD = ['held-1', 'held-2', 'held-3', 'held-4', 'held-5'];
const SECONDS = 3;

let namespace: string;
let admin: ApiClient;
let informers: Informers;
let scope: Scope;

beforeEach(async () => {
  namespace = await freshNamespace(useCluster());
  admin = new ApiClient(useCluster());
  informers = new Informers({ roundSeconds: 60, graceSeconds: 1, lingerSeconds: 1 });
  scope = {
    cluster: { api: admin, key: 'test' },
    informers,
    progress: new Progress(() => undefined),
    signal: new AbortController().signal,
    since: Date.now(),
  };
});

afterEach(async () => {
  for (const name of HELD) await release(name);
  informers.close();
  admin.close();
  await dropNamespace(useCluster(), namespace);
});

async function make(name: string, finalizers: string[]): Promise<void> {
  await admin.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: LABELS, finalizers },
  });
}

async function release(name: string): Promise<void> {
  if ((await admin.find(CONFIG_MAPS, { name, namespace })) === null) return;
  await admin.patch(CONFIG_MAPS, { name, namespace }, [{ op: 'remove', path: '/metadata/finalizers' }]);
}

test('objects that a finalizer holds have one time to go together, and are named', async () => {
  for (const name of HELD) await make(name, ['example.com/held']);
  await make('free', []);
  for (const name of [...HELD, 'free']) await admin.delete(CONFIG_MAPS, { name, namespace });

  const where = { namespace, labelSelector: 'drover.dev/vm=vm-1', names: new Set([...HELD, 'free']) };
  const began = performance.now();
  const remaining = await remainingOf(scope, CONFIG_MAPS, where, { seconds: SECONDS });

  expect(remaining.sort()).toEqual(HELD);
  // One after the other, the held ones would take five times as long.
  expect((performance.now() - began) / 1000).toBeLessThan(HELD.length * SECONDS);
});

test('the wait ends as soon as all of them are gone', async () => {
  await make('held-1', ['example.com/held']);
  await admin.delete(CONFIG_MAPS, { name: 'held-1', namespace });
  const where = { namespace, labelSelector: 'drover.dev/vm=vm-1', names: new Set(['held-1']) };
  const ended = remainingOf(scope, CONFIG_MAPS, where, { seconds: 60 });
  await release('held-1');
  expect(await ended).toEqual([]);
});
