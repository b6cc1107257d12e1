/** A node that is killed, as an operator does who is in a hurry, or the kernel where memory is short. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildProgram } from '../../../lab/own-program';
import { eventually, eventuallyPasses } from '../../support/eventually';

const SANDBOXES = 5;
/** Seconds for which they sleep, and by which they are known: more than any test takes. */
const MARKER = `7${process.pid}`;

let dir: string;
let node: ChildProcess;
beforeAll(() => buildProgram('spawner', () => undefined), 300_000);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-node-killed-'));
  mkdirSync(join(dir, 'root'));
  node = startNode();
});
afterEach(async () => {
  // A test that has failed must not leave sandboxes behind: the next ones would find them.
  if (node.exitCode === null && node.signalCode === null) await kill(node, 'process');
  rmSync(dir, { recursive: true });
});

function startNode(): ChildProcess {
  const loader = require.resolve('../../support/typescript.js');
  const program = require.resolve('./doomed-node.ts');
  const args = ['-r', loader, program, join(dir, 'root'), MARKER, String(SANDBOXES)];
  return spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Command lines of all processes that the node's sandboxes are made of. */
function left(): string[] {
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
  return lines.filter((line) => line.includes(MARKER) && !line.includes('doomed-node'));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** @param of the whole process group that it leads, or of it alone */
async function kill(node: ChildProcess, of: 'group' | 'process'): Promise<void> {
  const ended = once(node, 'exit');
  process.kill(of === 'group' ? -node.pid! : node.pid!, 'SIGKILL');
  await ended;
}

test.each(['process', 'group'] as const)(
  'all processes of all its sandboxes end with it, killed as a %s',
  async (of) => {
    await eventually(() => left().filter((line) => line === `sleep ${MARKER}`).length === 2 * SANDBOXES);
    await kill(node, of);
    await eventuallyPasses(async () => expect(left()).toEqual([]));
  },
);

test.each([0, 3, 8, 20])(
  'also those that it is about to start (killed %d ms after the first shows)',
  async (milliseconds) => {
    await eventually(() => left().length > 0);
    await delay(milliseconds);
    await kill(node, 'process');
    await eventuallyPasses(async () => expect(left()).toEqual([]));
  },
);
