/** `npm run bench -- wave`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { readSeconds } from '../read-seconds';
import { growth, missedBars } from './bars';
import { measureWaves } from './measure';
import { waveReport } from './report';

interface WaveArguments {
  vms: number;
  disks: number;
  copy: string;
  convert: string;
  'at-once': number;
  profile: boolean;
  output: string;
}

export const waveCommand: CommandModule<object, WaveArguments> = {
  command: 'wave',
  describe: 'Whether anything grows with the VMs of a wave: one of a tenth, then the whole, on one lab',
  builder: (args) =>
    args
      .option('vms', { type: 'number', default: 1_000, describe: 'VMs of the larger wave' })
      .option('disks', { type: 'number', default: 2, describe: 'Disks of each VM' })
      .option('copy', { type: 'string', default: '1s', describe: 'How long a copy takes' })
      .option('convert', { type: 'string', default: '1s', describe: 'How long a conversion takes' })
      .option('at-once', { type: 'number', default: 50, describe: 'VMs that migrate at once' })
      .option('profile', {
        type: 'boolean',
        default: false,
        describe: 'Say which functions keep the worker busy; it is a little slower then',
      })
      .option('output', { type: 'string', choices: ['table', 'json'], default: 'table' })
      .example('npm run bench -- wave --vms 1000 --disks 2', 'Some ten minutes on two cores')
      .example('npm run bench -- wave --vms 100 --profile', ''),
  handler: wave,
};

/** Exits with 1 where a bar was missed. */
async function wave(argv: WaveArguments): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  try {
    const bench = await measureWaves({
      dir,
      sizes: [Math.max(1, Math.round(argv.vms / 10)), argv.vms],
      disks: argv.disks,
      copySeconds: readSeconds(argv.copy),
      convertSeconds: readSeconds(argv.convert),
      atOnce: argv['at-once'],
      profile: argv.profile,
      log: (line) => console.error(line),
    });
    const missed = missedBars(bench.rows);
    if (argv.output === 'json')
      console.log(JSON.stringify({ ...bench, growth: growth(bench.rows), missed }, null, 2));
    else console.log(waveReport(bench));
    for (const sentence of missed) console.error(sentence);
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
