/** `npm run bench -- overhead`, `-- schedule`, `-- wave` and `-- temporal`: each measures and prints. They leave no files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { missedBars } from './bench/schedule/bars';
import { decisionMicroseconds } from './bench/schedule/decision-cost';
import { measureSchedules } from './bench/schedule/measure';
import { scheduleTable } from './bench/schedule/report';
import { measureOverhead, type OverheadRow, type WaveCost } from './bench/overhead';
import { readSeconds } from './bench/read-seconds';
import { spread } from './bench/statistics';
import { temporalCommand } from './bench/temporal/command';
import { waveCommand } from './bench/wave/command';

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
      copySeconds: readSeconds(argv.copy),
      convertSeconds: readSeconds(argv.convert),
      runContainers: argv['run-containers'],
      plainLoop: argv['plain-loop'],
      log: (line) => console.error(line),
    });
    console.log(argv.output === 'json' ? JSON.stringify(rows, null, 2) : report(sizes, rows, argv));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
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

interface ScheduleArguments {
  vms: string;
  seed: number;
  seeds: number;
  output: string;
}

const WAITING_DISKS = [1_250, 2_500, 5_000, 10_000];

/** Exits with 1 where a bar was missed or a limit exceeded. */
function schedule(argv: ScheduleArguments): void {
  const seeds = Array.from({ length: argv.seeds }, (_, place) => argv.seed + place);
  const rows = measureSchedules(argv.vms.split(',').map(Number), seeds);
  const costs = WAITING_DISKS.map((waiting) => ({
    waiting,
    microseconds: decisionMicroseconds(waiting, argv.seed),
  }));
  const missed = missedBars(rows);
  if (argv.output === 'json') console.log(JSON.stringify({ rows, costs, missed }, null, 2));
  else {
    console.log(scheduleTable(rows));
    console.log(`Seeds ${seeds.join(', ')}. Each cell: minimum / median / maximum over the seeds.`);
    for (const { waiting, microseconds } of costs)
      console.log(`one decision while ${waiting} disks wait: ${microseconds.toFixed(0)} µs`);
  }
  for (const sentence of missed) console.error(sentence);
  if (missed.length > 0) process.exitCode = 1;
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
  .command<ScheduleArguments>(
    'schedule',
    'How close to the least possible time disks are copied, in virtual time, beside two other schedulers',
    (args) =>
      args
        .option('vms', { type: 'string', default: '200,5000', describe: 'Sizes of the estates' })
        .option('seed', { type: 'number', default: 1, describe: 'Makes the first estate of each shape' })
        .option('seeds', { type: 'number', default: 3, describe: 'How many estates of each shape' })
        .option('output', { choices: ['table', 'json'], default: 'table' })
        .example('npm run bench -- schedule', 'Four shapes of 200 and of 5,000 VMs')
        .example('npm run bench -- schedule --vms 200 --seeds 20', ''),
    schedule,
  )
  .command(waveCommand)
  .command(temporalCommand)
  .demandCommand(1, 'name what to measure')
  .strict()
  .help()
  .parseAsync();
