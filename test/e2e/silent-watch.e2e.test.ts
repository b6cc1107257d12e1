/** A connection to the cluster that dies without a word: what was waited for is noticed nevertheless. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_VOLUMES, JOBS } from '../../activities/kubernetes/api/kinds';
import { freezableProxy, type FreezableProxy } from '../activities/kubernetes/freezable-proxy';
import { eventuallyPasses } from '../support/eventually';
import { plan, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const SIZE = 16 * 1024 * 1024;
const WATCH_SECONDS = 10;

let stage: Stage;
let proxy: FreezableProxy;

beforeAll(async () => {
  stage = await Stage.open([vm('silent', ['block', 'array'])], { worker: false });
  const { workerKubeconfig, dir } = stage.whole.lab.state;
  const direct = readFileSync(workerKubeconfig, 'utf8');
  const server = new URL(/server: (\S+)/.exec(direct)?.[1] ?? '');
  proxy = await freezableProxy({ host: server.hostname, port: Number(server.port) });
  const through = join(dir, 'through-proxy.kubeconfig');
  writeFileSync(through, direct.replace(server.origin, `https://127.0.0.1:${proxy.port}`), { mode: 0o600 });
  await stage.whole.startWorker({ KUBECONFIG: through, DROVER_WATCH_SECONDS: String(WATCH_SECONDS) });
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
  proxy.close();
}, LAB_TIMEOUT_MS);

/** By the administrator's own connection. Of a migration that has gone on since, both may be gone. */
async function copiesHaveEnded(): Promise<void> {
  const namespace = TARGET_NAMESPACE;
  const volumes = (await stage.admin.list(DATA_VOLUMES, { namespace })).items;
  expect(volumes.filter(({ status }) => status?.phase !== 'Succeeded')).toEqual([]);
  const jobs = (await stage.admin.list(JOBS, { namespace })).items;
  expect(jobs.filter(({ status }) => status?.succeeded !== 1)).toEqual([]);
}

test('every connection falls silent during a copy: its end is seen, and the migration goes on by itself', async () => {
  await stage.array.hold('silent');
  const { wave, vm: named } = await stage.start(
    plan(stage.whole.lab.state, ['silent'], { skipConversion: true }),
  );
  await stage.copying(named('silent'));
  await eventuallyPasses(async () => expect((await stage.array.running()).length).toBe(1));

  proxy.freeze();
  await stage.array.release();
  await eventuallyPasses(copiesHaveEnded);
  const ended = Date.now();
  await stage.succeeded(wave);

  const seconds = (Date.now() - ended) / 1000;
  // One silent round of each watch, its grace, and one request on a dead connection.
  expect(seconds).toBeLessThan(WATCH_SECONDS + 10 + 30 + 15);
  const result = await stage.result(named('silent'));
  expect(await stage.verdicts(result)).toEqual(Array(2).fill({ equal: true, bytes: SIZE }));
}, 240_000);
