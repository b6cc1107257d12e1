/** `npm run bench -- overhead`: measures and prints. It leaves no files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { measureOverhead, type OverheadRow, type WaveCost } from './bench/overhead';
import { spread } from './bench/statistics';

interface OverheadArguments {
  vms: string;
  disks: number;
  copy: string;
  convert: string;
  'run-containers': boolean;
  'plain-loop': boolean;
  repeat: number;
  output: string;
}

async function overhead(argv: OverheadArguments): Promise<void> {
  const sizes = argv.vms.split(',').map(Number);
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  try {
    const rows = await measureOverhead({
      dir: join(dir, 'lab'),
      waves: Array.from({ length: argv.repeat }, () => sizes).flat(),
      disks: argv.disks,
      copySeconds: seconds(argv.copy),
      convertSeconds: seconds(argv.convert),
      runContainers: argv['run-containers'],
      plainLoop: argv['plain-loop'],
      log: (line) => console.error(line),
    });
    console.log(argv.output === 'json' ? JSON.stringify(rows, null, 2) : report(sizes, rows, argv));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function seconds(text: string): number {
  const value = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (value === undefined) throw new Error(`"${text}" is no duration; write seconds as 5s`);
  return Number(value);
}

function report(sizes: readonly number[], rows: readonly OverheadRow[], argv: OverheadArguments): string {
  const containers = argv['run-containers']
    ? 'Containers ran.'
    : 'Containers took their time without a process.';
  const loop = argv['plain-loop']
    ? ' A plain loop goes through the same steps without Temporal, and would be lost with its process.'
    : '';
  return `${table(sizes, rows)}\nEach cell: minimum / median over the repetitions. ${containers}${loop}`;
}

/** One row for each size of a wave, and one for its plain loop. */
function table(sizes: readonly number[], rows: readonly OverheadRow[]): string {
  const head = [
    'VMs',
    'beyond path (s)',
    'own requests/VM',
    'all requests/VM',
    'CPU s/VM',
    'of it worker',
    'events/VM',
    'history KiB/VM',
  ];
  const output = new Table({ head, style: { head: [], border: [] } });
  for (const vms of sizes) {
    const own = rows.filter((row) => row.vms === vms);
    output.push([
      vms,
      ...costCells(own),
      spreadOf(own.map((row) => row.cpu['worker'] ?? 0)),
      spreadOf(own.map((row) => row.historyEvents)),
      spreadOf(own.map((row) => row.historyBytes / 1024)),
    ]);
    const loops = own.flatMap(({ plainLoop }) => plainLoop ?? []);
    if (loops.length > 0) output.push([`${vms} in a plain loop`, ...costCells(loops), '-', '-', '-']);
  }
  return output.toString();
}

function costCells(costs: readonly WaveCost[]): string[] {
  return [
    spreadOf(costs.map((cost) => cost.beyondSeconds)),
    spreadOf(costs.map((cost) => cost.ownRequests)),
    spreadOf(costs.map((cost) => cost.totalRequests)),
    spreadOf(costs.map((cost) => Object.values(cost.cpu).reduce((sum, value) => sum + value, 0))),
  ];
}

function spreadOf(values: readonly number[]): string {
  const { min, median } = spread(values);
  return `${min.toFixed(1)} / ${median.toFixed(1)}`;
}

void yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .command<OverheadArguments>(
    'overhead',
    'What Drover costs beside copying and converting',
    (args) =>
      args
        .option('vms', { type: 'string', default: '1,10,50', describe: 'Sizes of the waves' })
        .option('disks', { type: 'number', default: 1, describe: 'Disks of each VM' })
        .option('copy', { type: 'string', default: '5s', describe: 'How long a copy takes' })
        .option('convert', { type: 'string', default: '5s', describe: 'How long a conversion takes' })
        .option('run-containers', {
          type: 'boolean',
          default: false,
          describe: 'Run importers, converters and binders, which otherwise only take their time',
        })
        .option('plain-loop', {
          type: 'boolean',
          default: false,
          describe: 'After each wave, take as many VMs through the same steps in a loop without Temporal',
        })
        .option('repeat', { type: 'number', default: 1, describe: 'How often each wave is run' })
        .option('output', { choices: ['table', 'json'], default: 'table' })
        .example('npm run bench -- overhead --vms 1,10 --repeat 3', '')
        .example('npm run bench -- overhead --vms 50 --plain-loop', 'What durability costs'),
    overhead,
  )
  .demandCommand(1, 'name what to measure')
  .strict()
  .help()
  .parseAsync();
