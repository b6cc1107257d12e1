/** The bench's own honesty: its rows are the workflows that ran, and nothing of them is counted twice or left out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureTemporalLoad, type TemporalLoad } from '../../../lab/bench/temporal/measure';
import { loadReport } from '../../../lab/bench/temporal/report';

let dir: string;
let load: TemporalLoad;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-bench-test-'));
  load = await measureTemporalLoad({ dir, log: () => undefined });
}, 240_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('each VM has its own workflow and one for each disk, and the wave is shared among all', () => {
  const kinds = load.rows.map(({ vm, workflows }) => ({ vm, workflows: Math.ceil(workflows) }));
  expect(kinds).toEqual([
    { vm: { method: 'import', disks: 1 }, workflows: 2 },
    { vm: { method: 'import', disks: 2 }, workflows: 3 },
    { vm: { method: 'import', disks: 4 }, workflows: 5 },
    { vm: { method: 'plugin', disks: 1 }, workflows: 2 },
    { vm: { method: 'plugin', disks: 2 }, workflows: 3 },
    { vm: { method: 'plugin', disks: 4 }, workflows: 5 },
    { vm: null, workflows: 1 },
  ]);
});

test('more disks are more load, and every row has more events than actions', () => {
  for (const method of ['import', 'plugin']) {
    const own = load.rows.filter(({ vm }) => vm?.method === method);
    for (const [index, row] of own.slice(1).entries()) {
      expect(row.actions).toBeGreaterThan(own[index]!.actions);
      expect(row.historyBytes).toBeGreaterThan(own[index]!.historyBytes);
    }
  }
  for (const row of load.rows) expect(row.events).toBeGreaterThan(row.actions);
});

test('the report is the table of the manual, with the sums of a day', () => {
  const lines = loadReport(load).split('\n');
  expect(lines.filter((line) => line.startsWith('|'))).toHaveLength(2 + load.rows.length);
  expect(lines.at(-1)).toMatch(
    /comes to \d+ to \d+ actions, so such a server carries \d+ to \d+ of them a day\.$/,
  );
});
