/** What a kubelet learns of a worker by asking it. */
import { execFile } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { freePort } from '../../lab/ports';
import { startProcess, stopProcess, type StartedProcess } from '../../lab/process';
import { workerSpec } from '../../lab/worker-process';
import { runDrover, startDrover } from '../support/drover-process';
import { eventuallyPasses } from '../support/eventually';
import { startWholeLab, type WholeLab } from '../support/whole-lab';

/** As the Deployment's probes. */
const PROBE_TIMEOUT_MS = 5_000;

let whole: WholeLab;
let port: number;
beforeAll(async () => {
  whole = await startWholeLab({ worker: false });
  port = await freePort();
});
afterAll(() => whole.stop());

async function probe(path: string): Promise<string> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal });
  return `${response.status} ${(await response.text()).trim()}`;
}

const answers = (path: string, wanted: string) =>
  eventuallyPasses(async () => expect(await probe(path)).toBe(wanted));

function startWorker(env: NodeJS.ProcessEnv = {}): Promise<StartedProcess> {
  const spec = workerSpec(whole.lab.state);
  return startProcess({ ...spec, env: { ...spec.env, DROVER_HEALTH: `127.0.0.1:${port}`, ...env } });
}

test('one that hangs while it connects lives, and is not ready', async () => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const { port: silent } = mute.address() as AddressInfo;
  const worker = await startWorker({ TEMPORAL_ADDRESS: `127.0.0.1:${silent}` });
  await answers('/livez', '200 ok');
  expect(await probe('/readyz')).toBe('503 it connects to Temporal and the cluster');
  await stopProcess(worker);
  mute.close();
});

test('one that works is ready; one that does not turn fails by time-out, and is ready again when it does', async () => {
  const worker = await startWorker();
  await answers('/readyz', '200 ok');
  process.kill(worker.pid, 'SIGSTOP');
  await expect(probe('/livez')).rejects.toMatchObject({ name: 'TimeoutError' });
  process.kill(worker.pid, 'SIGCONT');
  await answers('/livez', '200 ok');
  await answers('/readyz', '200 ok');
  await stopProcess(worker);
  await expect(probe('/livez')).rejects.toThrow('fetch failed');
});

test('one whose kubeconfig can not be read is never ready, and ends in one line', async () => {
  const env = {
    ...workerSpec(whole.lab.state).env,
    DROVER_HEALTH: `127.0.0.1:${port}`,
    KUBECONFIG: tmpdir(),
  };
  const worker = startDrover(['worker'], env);
  const said = new Set<string>();
  let hasEnded = false;
  void worker.ended.then(() => (hasEnded = true));
  while (!hasEnded) said.add(await probe('/readyz').catch(() => 'nobody answers'));
  expect([...said].filter((answer) => answer.startsWith('200'))).toEqual([]);
  expect(await worker.ended).toMatchObject({
    code: 2,
    stderr: "drover: the kubeconfig can't be read (EISDIR); check KUBECONFIG\n",
  });
  await expect(probe('/livez')).rejects.toThrow('fetch failed');
});

test('a port that is taken is one line, before anything is connected', async () => {
  const taken = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const env = { ...workerSpec(whole.lab.state).env, DROVER_HEALTH: `127.0.0.1:${port}` };
  expect(await runDrover(['worker'], env)).toMatchObject({
    code: 2,
    stderr: `drover: DROVER_HEALTH: nothing can listen at 127.0.0.1:${port} (EADDRINUSE); name a free port of this machine\n`,
  });
  taken.close();
});

test.each([
  ['a full disk', 'exec "$0" "$1" worker > /dev/full', 'no space is left'],
  ['a log that is lost', '"$0" "$1" worker > /proc/$$/mem; exit $?', 'EIO'],
])('%s behind its log ends it in one line, with an exit code of its own', async (_, script, why) => {
  const { command, args = [], env } = workerSpec(whole.lab.state);
  const run = promisify(execFile)('sh', ['-c', script, command, args[0] ?? ''], {
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  await expect(run).rejects.toMatchObject({
    code: 74,
    stderr: `drover: the output can't be written (${why}); migrations go on\n`,
  });
});
