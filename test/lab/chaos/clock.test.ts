/** A clock that jumps while its process runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Clock, ensureClocks } from '../../../lab/chaos/clock';
import { eventually } from '../../support/eventually';

/** What each of its clocks says, a line every 50 ms, in milliseconds. */
const SCRIPT = `setInterval(() => console.log(Date.now(), performance.now()), 50)`;

let dir: string;
let clock: Clock;
let child: ChildProcess;
/** How far its time of day is off ours when its last line comes, and what its measure of spans says. */
let latest: { off: number; measured: number } | null;
const measures: number[] = [];

beforeAll(() => ensureClocks(() => undefined), 300_000);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-clock-'));
  clock = new Clock(join(dir, 'clock'));
  latest = null;
  child = spawn(process.execPath, ['-e', SCRIPT], { env: { ...process.env, ...clock.env } });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [wall = NaN, measured = NaN] = line.split(' ').map(Number);
    latest = { off: wall - Date.now(), measured };
    measures.push(measured);
  });
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** A line that comes late makes its clock seem to be behind. */
const LATE_MS = 60_000;

function isOff(seconds: number): Promise<true> {
  return eventually(
    () => latest !== null && Math.abs(latest.off - seconds * 1000) < LATE_MS && (true as const),
  );
}

test('the time of day jumps ahead, back, and to the right time again, while spans are measured on', async () => {
  await isOff(0);
  clock.jump(3_000);
  await isOff(3_000);
  clock.jump(-1_800);
  await isOff(-1_800);
  clock.jump(0);
  await isOff(0);
  const steps = measures.slice(1).map((measured, place) => measured - measures[place]!);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThan(LATE_MS);
});
