/** `npm run bench -- temporal`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { measureTemporalLoad } from './measure';
import { loadReport } from './report';

export const temporalCommand: CommandModule<object, { output: string }> = {
  command: 'temporal',
  describe: 'What a Temporal server sees of a VM, by copy method and disks, as docs/operations.md shows it',
  builder: (args) =>
    args
      .option('output', { type: 'string', choices: ['markdown', 'json'], default: 'markdown' })
      .example('npm run bench -- temporal', 'The table of docs/operations.md'),
  handler: async ({ output }) => {
    const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
    try {
      const load = await measureTemporalLoad({ dir, log: (line) => console.error(line) });
      console.log(output === 'json' ? JSON.stringify(load, null, 2) : loadReport(load));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
