/** Starts one lab for all *.lab.test.ts, in a folder of its own; DROVER_LAB names a lab that is there already. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab } from '../../lab/up';
import { shareLab } from './global-lab';

export default async function setUp(): Promise<void> {
  if (process.env.DROVER_LAB) {
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'drover-lab-'));
  const log = (line: string) => process.stderr.write(`lab: ${line}\n`);
  shareLab(await startLab({ dir, log, lifetime: 'caller' }));
  process.env.DROVER_LAB = dir;
}
