/** The bench's own honesty: what it says of a wave is what Temporal and the cluster's audit log say of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureWaves, type WaveBench } from '../../../lab/bench/wave/measure';

const SIZES = [1, 3];
const DISKS = 2;

let dir: string;
let bench: WaveBench;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-bench-test-'));
  bench = await measureWaves({
    dir,
    sizes: SIZES,
    disks: DISKS,
    copySeconds: 1,
    convertSeconds: 1,
    atOnce: 2,
    profile: true,
    log: () => undefined,
  });
}, 240_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('each wave has a row with its own VMs, and its own histories and no others', () => {
  expect(bench.rows.map(({ vms, waves }) => ({ vms, waves }))).toEqual([
    { vms: 1, waves: 1 },
    { vms: 3, waves: 1 },
  ]);
  for (const { vms, histories } of bench.rows) {
    const runs = Object.fromEntries(histories.map(({ type, runs: count }) => [type, count]));
    expect(runs).toMatchObject({ migrateWave: 1, migrateVm: vms, copyDisk: vms * DISKS });
    for (const { mostEvents, mostBytes, events, bytes } of histories) {
      expect(mostEvents).toBeGreaterThan(3);
      expect(mostBytes).toBeGreaterThan(100);
      expect(events).toBeGreaterThanOrEqual(mostEvents);
      expect(bytes).toBeGreaterThanOrEqual(mostBytes);
    }
  }
});

test('requests are counted per VM and by kind, and the time and the memory of the worker are known', () => {
  for (const { vms, requestKinds, ownRequests, vmsPerSecond, seconds, memory } of bench.rows) {
    // Each is made twice: first as a dry run.
    expect(requestKinds['create datavolumes']).toBe(2 * DISKS * vms);
    const all = Object.values(requestKinds).reduce((sum, count) => sum + count, 0);
    expect(ownRequests).toBeCloseTo(all / vms);
    expect(vmsPerSecond).toBeCloseTo(vms / seconds);
    expect(memory.end).toBeGreaterThan(100);
  }
});

test('the profile names functions that the worker ran', () => {
  expect(bench.busiest.length).toBeGreaterThan(3);
  expect(bench.busiest[0]!.seconds).toBeGreaterThanOrEqual(bench.busiest[1]!.seconds);
});
