/** The short form of a storm, as `npm run chaos` runs it: docs/chaos.md. */
import { execFile } from 'node:child_process';
import { estate } from '../../../lab/chaos/estate';
import { FAULTS } from '../../../lab/chaos/faults';
import { packagePath } from '../../../lab/package-path';
import type { Total } from '../../../lab/chaos/report';

const SEED = 17;
const FAULT_COUNT = 60;
const VMS = 8;

interface Storm {
  code: number;
  total: Total;
  /** What it said of violations, and where their records are. */
  said: string;
}

function storm(...args: string[]): Promise<Storm> {
  return new Promise((resolve) => {
    const command = [packagePath('dist', 'lab', 'chaos.js'), ...args, '--quiet', '--output', 'json'];
    execFile(process.execPath, command, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const total = JSON.parse(stdout === '' ? 'null' : stdout) as Total;
      resolve({ code: Number(error?.code ?? 0), total, said: stderr });
    });
  });
}

test('sixty faults break no promise', async () => {
  const options = ['--seed', SEED, '--faults', FAULT_COUNT, '--vms', VMS].map(String);

  const { code, total, said } = await storm(...options);

  // What it said is the first thing to read where this fails: the violation, its timeline, and how to repeat it.
  expect({ code, said: said.match(/VIOLATION[^]*/)?.[0] ?? null }).toEqual({ code: 0, said: null });
  expect(total).toMatchObject({ seed: SEED, violations: 0 });
  const struck = Object.values(total.faults).reduce((sum, count) => sum + count, 0);
  expect(struck).toBe(FAULT_COUNT);
  expect(total.vms).toBe(total.rounds * VMS);
  // Each round has a VM that can only park, and is ended by its operator then.
  const parking = estate(VMS).filter(({ role }) => role.parks).length;
  expect(total.outcomes['aborted']).toBeGreaterThanOrEqual(parking * total.rounds);
  expect(total.outcomes['succeeded']).toBeGreaterThan(0);
  expect(Object.keys(total.faults).length).toBeGreaterThan(FAULTS.length / 2);
}, 1_200_000);
