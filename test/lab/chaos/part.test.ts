/** A process that is killed and frozen, and comes back as it was. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Part } from '../../../lab/chaos/part';
import { startProcess } from '../../../lab/process';
import { eventually } from '../../support/eventually';

let dir: string;
let part: Part;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-part-'));
  const script = 'echo "$0 in $PLACE${NODE_CHANNEL_FD:+, first}"; sleep 60 & wait';
  const spec = { name: 'sleeper', command: '/bin/sh', args: ['-c', script, 'it sleeps'], logDir: dir };
  const process = await startProcess({
    ...spec,
    env: { PLACE: 'the lab', NODE_CHANNEL_FD: '3' },
    lifetime: 'caller',
  });
  await eventually(() => said().length === 1);
  part = new Part(process, dir);
});

afterEach(async () => {
  await part.stop();
  rmSync(dir, { recursive: true, force: true });
});

function said(): string[] {
  return readFileSync(join(dir, 'sleeper.log'), 'utf8').split('\n').slice(0, -1);
}

function stateOf(pid: number): string | undefined {
  return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

test('it is started again with its arguments and its environment', async () => {
  const former = part.pid;
  part.kill();
  await eventually(() => !part.runs);
  expect(part.gaveUp).toBe(false);
  await part.start();
  await eventually(() => said().length === 2);
  // The channel was to whoever started it first.
  expect(said()).toEqual(['it sleeps in the lab, first', 'it sleeps in the lab']);
  expect(part.pid).not.toBe(former);
  expect(part.runs).toBe(true);
});

test('it has given up where it ended and nobody killed it', async () => {
  expect(part.gaveUp).toBe(false);
  process.kill(-part.pid, 'SIGTERM');
  await eventually(() => part.gaveUp);
});

test('it stands still while it is frozen, and goes on', async () => {
  part.freeze();
  await eventually(() => stateOf(part.pid) === 'T');
  expect(part.runs).toBe(true);
  part.thaw();
  await eventually(() => stateOf(part.pid) === 'S');
});
