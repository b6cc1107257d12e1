/** What the user of the demo hears where a Ctrl-C can't take the lab down. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeDownWhenInterrupted } from '../../../lab/demo/interrupt';
import { labLayout } from '../../../lab/layout';

const home = mkdtempSync(join(tmpdir(), 'drover-interrupt-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a lab that could not be taken down is left as it is, and its user hears why and what to do', async () => {
  const dir = join(home, 'lab');
  const { logs } = labLayout(dir);
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, 'vcsim.pid.json'), 'no identity of a process');
  const said: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const exited = new Promise((resolve) => jest.spyOn(process, 'exit').mockImplementation(resolve as never));

  takeDownWhenInterrupted(dir, home, () => undefined);
  process.emit('SIGHUP');

  expect(await exited).toBe(129);
  expect(said.join('')).toMatch(/^the lab could not be taken down: .* is not valid JSON; /);
  expect(said.join('')).toContain(`npx drover lab down --dir ${dir}\n`);
  expect(existsSync(logs)).toBe(true);
});
