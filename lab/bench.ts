/** `npm run bench -- overhead`: measures, prints, keeps nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { measureOverhead, type OverheadRow } from './bench/overhead';
import { spread } from './bench/statistics';

interface OverheadArguments {
  vms: string;
  disks: number;
  copy: string;
  convert: string;
  'run-containers': boolean;
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
      log: (line) => console.error(line),
    });
    console.log(
      argv.output === 'json' ? JSON.stringify(rows, null, 2) : table(sizes, rows, argv['run-containers']),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function seconds(text: string): number {
  const value = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (value === undefined) throw new Error(`"${text}" is no duration; write seconds as 5s`);
  return Number(value);
}

/** One row a size: minimum and median over its repetitions. */
function table(sizes: readonly number[], rows: readonly OverheadRow[], ranContainers: boolean): string {
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
    const show = (value: (row: OverheadRow) => number): string => {
      const { min, median } = spread(own.map(value));
      return `${min.toFixed(1)} / ${median.toFixed(1)}`;
    };
    output.push([
      vms,
      show((row) => row.beyondSeconds),
      show((row) => row.ownRequests),
      show((row) => row.totalRequests),
      show((row) => Object.values(row.cpu).reduce((sum, value) => sum + value, 0)),
      show((row) => row.cpu['worker'] ?? 0),
      show((row) => row.historyEvents),
      show((row) => row.historyBytes / 1024),
    ]);
  }
  const containers = ranContainers ? 'Containers ran.' : 'Containers took their time without a process.';
  return `${output.toString()}\nEach cell: minimum / median over the repetitions. ${containers}`;
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
        .option('repeat', { type: 'number', default: 1, describe: 'How often each wave is run' })
        .option('output', { choices: ['table', 'json'], default: 'table' })
        .example('npm run bench -- overhead --vms 1,10 --repeat 3', ''),
    overhead,
  )
  .demandCommand(1, 'name what to measure')
  .strict()
  .help()
  .parseAsync();
