/** `drover rollback` and `drover finalize`: shows what they would do, asks, and says of each VM what became of it. */
import type { Argv } from 'yargs';
import type { OperatorRequest, RollBackResult } from '../../workflows/temporal-api';
import { agrees } from '../agree';
import { type OutputArguments, outputOption, planOption, wordOptions } from '../arguments';
import { type Handler, type Io, withClient } from '../command';
import type { DroverClient } from '../drover-client';
import type { ExitName } from '../exit-codes';
import { renderOutput } from '../render/output';
import { renderTable } from '../render/table';
import { say } from '../say';
import { eachVm, failedRow } from '../several-vms';
import type { VmListEntry } from '../vm-list';
import { type Choice, chooseVms } from './choose';
import type { FinishedVm } from './finished';
import type { GoingBack, GoingBackOptions } from './run';

export interface GoingBackArguments extends Choice, OutputArguments, OperatorRequest {
  yes: boolean;
}

/** One VM, or those of a plan or of a group of it. */
export function goingBackArguments(yargs: Argv) {
  return wordOptions(outputOption(planOption(yargs)))
    .positional('vm', {
      describe: 'name, moref or workflow id; absent: all of --plan that have succeeded',
      type: 'string',
    })
    .option('group', { describe: 'only VMs of this group of --plan', type: 'string', requiresArg: true })
    .option('yes', { describe: 'do not ask', type: 'boolean', default: false });
}

export interface GoingBackWord<Args> {
  type: GoingBack;
  /** For a machine with no terminal and no `--yes`, too: what is about to happen, a row for each VM. */
  preview: (vms: readonly FinishedVm[], args: Args) => string;
  question: (vms: readonly FinishedVm[], args: Args) => string;
  options: (args: Args) => GoingBackOptions;
}

/** What became of one VM. */
interface Row {
  vm: string;
  workflowId: string;
  /** `rolledBack`, `final`, `refused`, `aborted`; `parked`: it waits for an operator; `not done`: it was not started. */
  outcome: string;
  why: string | null;
  /** What could not be removed or put back. */
  left: string[];
}

interface Asked<Args> {
  word: GoingBackWord<Args>;
  drover: DroverClient;
  io: Io;
  args: Args;
  exits: Set<ExitName>;
}

export function goBack<Args extends GoingBackArguments>(word: GoingBackWord<Args>): Handler<Args> {
  return (parsed, io) =>
    withClient(io, async (drover) => {
      const args = parsed as unknown as Args;
      const entries = await chooseVms(drover, args);
      const asked = { word, drover, io, args, exits: new Set<ExitName>() };
      const looked = await eachVm(entries, (entry) => readOrRow(entry, asked));
      const vms = looked.filter((one): one is FinishedVm => 'runId' in one);
      const rest = looked.filter((one): one is Row => !('runId' in one));
      if (vms.length > 0 && !(await mayGoOn(vms, asked))) {
        say(io.stderr, 'nothing was done');
        return 'ok';
      }
      const rows = [...(await eachVm(vms, (vm) => goBackOne(vm, asked))), ...rest];
      io.stdout.write(renderOutput(args.output, rows, renderRows));
      return worst(asked.exits);
    });
}

async function mayGoOn<Args extends GoingBackArguments>(
  vms: readonly FinishedVm[],
  { word, io, args }: Asked<Args>,
): Promise<boolean> {
  io.stderr.write(renderOutput('table', vms, (shown) => word.preview(shown, args)));
  if (args.yes) return true;
  return agrees(io, word.question(vms, args));
}

function readOrRow<Args>(entry: VmListEntry, asked: Asked<Args>): Promise<FinishedVm | Row> {
  return orRow(entry, asked, () => asked.drover.finished(entry));
}

function goBackOne<Args>(vm: FinishedVm, asked: Asked<Args>): Promise<Row> {
  const { word, drover, args, exits } = asked;
  return orRow(vm, asked, async () => {
    const end = await drover.goBack(word.type, vm, word.options(args));
    if (typeof end !== 'string') return rowOf(vm, end, exits);
    exits.add('needsAttention');
    const { vm: name, workflowId } = vm;
    return {
      vm: name,
      workflowId,
      outcome: 'parked',
      why: `${end}; see: drover status ${workflowId}`,
      left: [],
    };
  });
}

function rowOf(
  { vm, workflowId }: FinishedVm,
  { outcome, failure, left }: RollBackResult,
  exits: Set<ExitName>,
): Row {
  if (outcome === 'refused') exits.add('badInput');
  if (outcome === 'aborted') exits.add('migrationFailed');
  const why = failure === null ? null : `${failure.kind}: ${failure.message}; ${failure.remedy}`;
  return { vm, workflowId, outcome, why, left };
}

async function orRow<T, Args>(
  { vm, workflowId }: { vm: string; workflowId: string },
  { exits }: Asked<Args>,
  work: () => Promise<T>,
): Promise<T | Row> {
  try {
    return await work();
  } catch (error) {
    const { exit, why } = failedRow(error);
    exits.add(exit);
    return { vm, workflowId, outcome: 'not done', why, left: [] };
  }
}

/** What needs somebody first. */
const BY_WEIGHT: readonly ExitName[] = [
  'internal',
  'unavailable',
  'needsAttention',
  'migrationFailed',
  'badInput',
];

function worst(exits: ReadonlySet<ExitName>): ExitName {
  return BY_WEIGHT.find((exit) => exits.has(exit)) ?? 'ok';
}

function renderRows(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no VM has a migration that succeeded\n';
  return renderTable(
    ['VM', 'RESULT', 'WHY'],
    rows.map(({ vm, outcome, why, left }) => [
      vm,
      WORDS[outcome] ?? outcome,
      [...(why === null ? [] : [why]), ...left].join('; '),
    ]),
  );
}

const WORDS: Readonly<Record<string, string>> = { rolledBack: 'rolled back' };
