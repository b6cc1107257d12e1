import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAliveIn, runGroup, type GroupRun } from '../../images/conversion/process-group';

let dir: string;
let lines: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-group-'));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function run(script: string, options: Partial<GroupRun> = {}) {
  return runGroup({
    program: 'bash',
    args: ['-c', script],
    onLine: (line) => lines.push(line),
    graceMs: 200,
    settleMs: 5_000,
    ...options,
  });
}

function runs(name: string): boolean {
  const pid = readFileSync(join(dir, name), 'utf8').trim();
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('tells the exit code and every line of both streams', async () => {
  expect(await run('echo one; echo two >&2; printf three; exit 3')).toEqual({ code: 3, killed: false });
  expect(lines.sort()).toEqual(['one', 'three', 'two']);
});

test('says why a program could not be started', async () => {
  const end = await runGroup({ program: join(dir, 'absent'), args: [], onLine: () => undefined });
  expect(end).toMatchObject({
    code: null,
    notStarted: expect.stringMatching(/could not be started/) as string,
  });
});

test('after success waits for whom the leader left behind', async () => {
  const end = await run(`(sleep 0.5; echo late > ${dir}/late) & exit 0`);
  expect(end).toEqual({ code: 0, killed: false });
  expect(readFileSync(join(dir, 'late'), 'utf8')).toBe('late\n');
});

test('asks those who stay too long to end, and says when they had to be killed', async () => {
  // The leader ends once the one that stays is there. However slow the machine is, that one is left the time to obey.
  const until = ` until [ -s ${dir}/pid ]; do sleep 0.01; done`;
  const obedient = `(echo $BASHPID > ${dir}/pid; exec sleep 60) &`;
  expect(await run(obedient + until, { settleMs: 100, graceMs: 60_000 })).toEqual({ code: 0, killed: false });
  expect(runs('pid')).toBe(false);
  rmSync(join(dir, 'pid'));
  const stubborn = `(trap '' TERM; echo $BASHPID > ${dir}/pid; while :; do sleep 1; done) &`;
  expect(await run(stubborn + until, { settleMs: 100 })).toEqual({ code: 0, killed: true });
  expect(runs('pid')).toBe(false);
});

test('ends all of the group when it is told to', async () => {
  const stopping = new AbortController();
  const script = `trap '' TERM; (trap '' TERM; echo $BASHPID > ${dir}/pid; echo up; while :; do sleep 1; done) & wait`;
  const end = await run(script, { signal: stopping.signal, onLine: () => stopping.abort() });
  expect(end).toEqual({ code: null, killed: true });
  expect(runs('pid')).toBe(false);
});

test('does not wait for a process that left the group and holds its output', async () => {
  const end = await run(`setsid sleep 60 & echo $! > ${dir}/pid; sleep 0.2; echo done`);
  expect(end).toEqual({ code: 0, killed: false });
  expect(lines).toEqual(['done']);
  process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')));
});

test.each([
  ['S', 1, true],
  ['Z', 2, true],
  ['Z', 1, false],
  ['X', 0, false],
])('a member in state %s with %i threads is alive: %s', (state, threads, isAlive) => {
  const stat = `14556 (virt ) v2v) ${state} 1 77 11612 0 -1 4227084 593 0 0 0 0 0 0 0 20 0 ${threads} 0 125400 0 0`;
  expect(isAliveIn(stat, 77)).toBe(isAlive);
  expect(isAliveIn(stat, 78)).toBe(false);
});

test('cuts lines that are longer than anybody reads', async () => {
  await run(`head -c 1M /dev/zero | tr '\\0' x; echo; echo next`);
  expect(lines.map((line) => line.length)).toEqual([8192, 4]);
});
