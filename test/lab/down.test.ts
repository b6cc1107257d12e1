import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLab } from '../../lab/down';
import { claimFolder, labLayout } from '../../lab/layout';
import { isRunning, startProcess } from '../../lab/process';
import { labStatus } from '../../lab/status';

const root = mkdtempSync(join(tmpdir(), 'drover-down-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sleeper = (name: string, logDir: string) =>
  startProcess({ name, command: '/bin/sleep', args: ['300'], logDir, lifetime: 'itself' });

test('down stops what this lab started, the last first, and nothing that took over a number', async () => {
  const dir = join(root, 'lab');
  const layout = claimFolder(dir);
  const first = await sleeper('etcd', join(layout.controlPlane, 'logs'));
  const second = await sleeper('vcsim', layout.vcenter);
  const foreign = spawn('/bin/sleep', ['300'], { detached: true });
  const forged = { name: 'temporal', pid: foreign.pid, startTime: '1' };
  writeFileSync(join(layout.logs, 'temporal.pid.json'), JSON.stringify(forged));
  expect(labStatus(dir).state).toBe('partly');

  const stopped = await stopLab(dir);

  expect(stopped.map(({ name }) => name).sort()).toEqual(['etcd', 'vcsim']);
  expect([first, second].some(isRunning)).toBe(false);
  expect(foreign.signalCode).toBeNull();
  expect(labStatus(dir).state).toBe('stopped');
  foreign.kill('SIGKILL');
  await once(foreign, 'exit');
});

test('down of a folder without a lab stops nothing', async () => {
  expect(await stopLab(join(root, 'nowhere'))).toEqual([]);
});

test("a folder with someone's files is never emptied for a lab", () => {
  const dir = join(root, 'photos');
  mkdirSync(dir);
  writeFileSync(join(dir, 'cat.jpg'), '');
  expect(() => claimFolder(dir)).toThrow('holds files that belong to no lab');
});

test("a former lab's files make way for the next", async () => {
  const dir = join(root, 'again');
  const { logs } = claimFolder(dir);
  const old = await sleeper('old', logs);
  await stopLab(dir);
  claimFolder(dir);
  expect(isRunning(old)).toBe(false);
  expect(labStatus(labLayout(dir).dir)).toEqual({ dir, state: 'stopped', processes: [] });
});
