/** `drover wave list`, `status` and `report`. */
import type { Argv, CommandModule } from 'yargs';
import { planName } from '../../plan/workflow-ids';
import type { WaveResult, WaveState } from '../../workflows/temporal-api';
import { countOption, outputOption, planPositional } from '../arguments';
import { type Run, withClient } from '../command';
import { DroverError } from '../errors';
import type { ExitName } from '../exit-codes';
import { exitOfResult } from '../follow';
import { OUTPUT_FORMATS, renderOutput } from '../render/output';
import { renderWaveCsv } from '../render/report/csv';
import { renderWavePage } from '../render/report/page';
import { renderWaveList, renderWaveReport, renderWaveStatus } from '../render/wave';
import { waveStatus } from '../watch';

const listOptions = (yargs: Argv) =>
  outputOption(yargs)
    .option('running', { describe: 'list only waves that have not ended', type: 'boolean', default: false })
    .option('limit', {
      ...countOption('limit', { least: 1, most: 100_000 }),
      describe: 'how many of the newest (1 to 100000)',
      default: 100,
    })
    .example('$0 wave list', 'runs of plans, newest first')
    .example('$0 wave list --running -o json', 'those that have not ended, for a script');

const statusOptions = (yargs: Argv) =>
  outputOption(planPositional(yargs))
    .example('$0 wave status openshift-mtv/wave-1', 'how its VMs stand, and why some wait')
    .example('$0 wave status openshift-mtv/wave-1 -o json', 'the state, as docs/schema has it');

const REPORT_FORMATS = [...OUTPUT_FORMATS, 'csv', 'html'] as const;

const reportOptions = (yargs: Argv) =>
  planPositional(yargs)
    .option('output', {
      alias: 'o',
      describe: 'form of the answer',
      choices: REPORT_FORMATS,
      default: 'table' as const,
    })
    .example('$0 wave report openshift-mtv/wave-1', 'how each VM ended, and who decided what')
    .example('$0 wave report openshift-mtv/wave-1 -o csv > wave-1.csv', 'for a spreadsheet')
    .example('$0 wave report openshift-mtv/wave-1 -o html > wave-1.html', 'one page for a browser or paper');

type Arguments<Options extends (yargs: Argv) => Argv<unknown>> =
  ReturnType<Options> extends Argv<infer Args> ? Args : never;

export function waveLooks(run: Run): CommandModule[] {
  return [
    {
      command: 'list',
      describe: 'runs of plans, newest first; works also while no worker runs',
      builder: listOptions,
      handler: run<Arguments<typeof listOptions>>(({ running, limit, output }, io) =>
        withClient(io, async (drover) => {
          io.stdout.write(renderOutput(output, await drover.listWaves({ running, limit }), renderWaveList));
          return 'ok';
        }),
      ),
    },
    {
      command: 'status <plan>',
      describe: 'how the VMs of a plan stand, and why some wait',
      builder: statusOptions,
      handler: run<Arguments<typeof statusOptions>>(({ plan, output }, io) =>
        withClient(io, async (drover) => {
          const state = await drover.migration(plan).status();
          io.stdout.write(renderOutput(output, state, renderWaveStatus));
          return exitOfState(state);
        }),
      ),
    },
    {
      command: 'report <plan>',
      describe: 'how each VM of a plan ended; refused while the wave goes on',
      builder: reportOptions,
      handler: run<Arguments<typeof reportOptions>>(({ plan, output }, io) =>
        withClient(io, async (drover) => {
          const state = await drover.migration(plan).state();
          if (!isResult(state)) throw goesOn(state);
          io.stdout.write(renderReportAs(output, state));
          return exitOfResult(state);
        }),
      ),
    },
  ] as CommandModule[];
}

function renderReportAs(output: (typeof REPORT_FORMATS)[number], result: WaveResult): string {
  switch (output) {
    case 'csv':
      return renderWaveCsv(result);
    case 'html':
      return renderWavePage(result);
    default:
      return renderOutput(output, result, renderWaveReport);
  }
}

function isResult(state: WaveState): state is WaveResult {
  return 'results' in state;
}

function exitOfState(state: WaveState): ExitName {
  if (isResult(state)) return exitOfResult(state);
  return waveStatus(state) === 'parked' ? 'needsAttention' : 'ok';
}

function goesOn({ plan }: WaveState): DroverError {
  return new DroverError(
    'Refused',
    `the wave goes on and has no report yet; see: drover wave status ${planName(plan)}`,
  );
}
