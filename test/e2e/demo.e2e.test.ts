/** The demo as its user stops it: with the real node, where this machine takes one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realNodeObstacle } from '../../lab/real-node/prerequisites';
import { startDemo } from '../support/drover-process';
import { eventually } from '../support/eventually';

/** Of a machine that is slow and busy. */
const PATIENCE_MS = 600_000;

const home = mkdtempSync(join(tmpdir(), 'drover-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test(
  'a Ctrl-C while the lab starts leaves no file and no process',
  async () => {
    const options = realNodeObstacle() === null ? ['--real-node'] : [];
    const demo = startDemo(options, { TMPDIR: home });
    await demo.said(/starting storage/);
    expect(readdirSync(home)).toHaveLength(1);
    demo.interrupt();
    const { code, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(readdirSync(home)).toEqual([]);
    // What takes the real node's cgroups away ends when they are gone.
    await eventually(() => processesOfHome().length === 0);
  },
  PATIENCE_MS,
);

/** Those whose command names the test's folder. */
function processesOfHome(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(home);
    } catch {
      return false;
    }
  });
}
