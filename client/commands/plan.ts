import type { Argv } from 'yargs';
import { againOption, choiceOf, fileOption } from '../arguments';
import { type MakeCommand, type Run, withClient } from '../command';
import { invalidInput } from '../errors';
import type { ExitName } from '../exit-codes';
import { refuses, weightOf, type Problem } from '../../plan/problem';
import { listProblems, readPlan, type ReadPlan } from '../manifest-files';
import { showCheckProgress } from '../render/check-progress';
import { renderCheckPage } from '../render/check/page';
import { renderCheckTable } from '../render/check/table';
import { renderJunit } from '../render/check/junit';
import { OUTPUT_FORMATS, renderOutput } from '../render/output';
import type { CheckResult } from '../../workflows/temporal-api';

const CHECK_FORMATS = [...OUTPUT_FORMATS, 'junit', 'html'] as const;

/** From the heaviest to the lightest. */
const WEIGHTS = ['critical', 'warning', 'information'] as const;
type Weight = (typeof WEIGHTS)[number];

const options = (yargs: Argv) =>
  fileOption(yargs)
    .option('vm', { describe: 'only this VM; may be repeated', type: 'string', array: true, nargs: 1 })
    .option('again', againOption)
    .option('fail-on', {
      describe: 'lightest severity that ends with an exit code other than 0, unless it is acknowledged',
      choices: WEIGHTS,
      default: 'critical' as const satisfies Weight as Weight,
    })
    .option('output', {
      alias: 'o',
      describe: 'form of the answer',
      choices: CHECK_FORMATS,
      default: 'table' as (typeof CHECK_FORMATS)[number],
    })
    .example('$0 plan check -f plan.yaml', 'what would be migrated, how and where to')
    .example('$0 plan check -f providers.yaml -f plan.yaml -o json', 'the frozen VMs: inputs of migrateVm')
    .example('$0 plan check -f plan.yaml --fail-on warning -o junit > check.xml', 'for a pipeline')
    .example('$0 plan check -f plan.yaml -o html > check.html', 'one page for a browser or paper');

type CheckArguments = Awaited<ReturnType<typeof options>['argv']>;

export const planCommand: MakeCommand = (run) => ({
  command: 'plan [command]',
  describe: 'look at a plan before Drover changes anything',
  builder: (yargs) =>
    yargs
      .command({
        command: 'check',
        describe: 'resolve a plan against source and target; changes nothing',
        builder: options,
        handler: check(run),
      })
      .demandCommand(1, 'name one of: check')
      .strict(),
  handler: () => undefined,
});

const check = (run: Run) =>
  run<CheckArguments>(async ({ file, vm, again, output, failOn }, io) => {
    const loaded = await readPlan(file);
    if (loaded.isRefused) {
      if (isReport(output)) io.stdout.write(renderAs(output, refusedCheck(loaded), { loaded, failOn }));
      throw invalidInput(loaded.problems);
    }
    return withClient(io, async (drover) => {
      const progress = output === 'table' ? showCheckProgress(io.stderr) : null;
      const result = await drover
        .checkPlan(loaded.manifests, { ...choiceOf(vm, again), onPage: progress?.seen })
        .finally(() => progress?.close());
      io.stderr.write(listProblems(loaded, result.problems));
      io.stdout.write(renderAs(output, result, { loaded, failOn }));
      return exitOf(result.problems, failOn);
    });
  });

/** What a pipeline or a person keeps: it says also that the manifests are no plan. */
function isReport(output: (typeof CHECK_FORMATS)[number]): boolean {
  return output === 'junit' || output === 'html';
}

/** The answer about manifests that no worker was asked about. */
function refusedCheck({ plan, problems }: ReadPlan): CheckResult {
  return { plan, problems, vms: [], migrated: [], total: 0, next: null };
}

function renderAs(
  output: (typeof CHECK_FORMATS)[number],
  result: CheckResult,
  { loaded, failOn }: { loaded: ReadPlan; failOn: Weight },
): string {
  const placed = { ...result, problems: result.problems.map(loaded.locate) };
  switch (output) {
    case 'junit':
      return renderJunit(placed, (problem) => counts(problem, failOn), !loaded.isRefused);
    case 'html':
      return renderCheckPage(placed);
    default:
      return renderOutput(output, result, renderCheckTable);
  }
}

/** Whether a problem weighs at least as much as `--fail-on` says. */
function counts(problem: Problem, failOn: Weight): boolean {
  const weight = weightOf(problem);
  if (weight === 'acknowledged') return false;
  const place = weight === 'error' ? 0 : WEIGHTS.indexOf(weight);
  return place <= WEIGHTS.indexOf(failOn);
}

function exitOf(problems: readonly Problem[], failOn: Weight): ExitName {
  if (refuses(problems)) return 'badInput';
  return problems.some((problem) => counts(problem, failOn)) ? 'findings' : 'ok';
}
