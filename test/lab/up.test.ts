/** What a lab refuses before it makes anything. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabRefusal } from '../../lab/refusal';
import { startLab } from '../../lab/up';

const home = mkdtempSync(join(tmpdir(), 'drover-up-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

afterEach(() => {
  delete process.env['DROVER_LAB_KUBECONFIG'];
  jest.restoreAllMocks();
});

async function isRefused(why: string): Promise<void> {
  const log = jest.fn();
  const dir = join(home, 'lab');
  const starting = startLab({ dir, realNode: true, log });
  await expect(starting).rejects.toThrow(LabRefusal);
  await expect(starting).rejects.toThrow(why);
  expect(existsSync(dir)).toBe(false);
  expect(log).not.toHaveBeenCalled();
}

test('a user who is not root gets no real node, and no folder is made', async () => {
  jest.spyOn(process, 'getuid').mockReturnValue(1000);
  await isRefused('a real node needs root');
});

test('a user who lends a cluster gets no real node, before anything is installed or made', async () => {
  process.env['DROVER_LAB_KUBECONFIG'] = join(home, 'lent');
  await isRefused('a real node joins only a cluster of the lab: unset DROVER_LAB_KUBECONFIG');
});
