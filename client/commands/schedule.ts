import type { Argv, CommandModule } from 'yargs';
import { planName } from '../../plan/workflow-ids';
import { outputOption, planPositional, type OutputArguments } from '../arguments';
import { type MakeCommand, type Run, withClient } from '../command';
import type { PlanName } from '../drover-client';
import { renderOutput } from '../render/output';
import { renderSchedules } from '../render/schedules';

const listOptions = (yargs: Argv) =>
  outputOption(yargs).example('$0 schedule list', 'also while no worker runs');

const removeOptions = (yargs: Argv) =>
  outputOption(planPositional(yargs)).example(
    '$0 schedule remove openshift-mtv/wave-1',
    'a wave that runs goes on',
  );

type RemoveArguments = OutputArguments & { plan: PlanName };

function scheduleCommands(run: Run): CommandModule[] {
  return [
    {
      command: 'list',
      describe: 'plans that start at a time to come, and what became of their last start',
      builder: listOptions,
      handler: run<OutputArguments>(({ output }, io) =>
        withClient(io, async (drover) => {
          io.stdout.write(renderOutput(output, await drover.listSchedules(), renderSchedules));
          return 'ok';
        }),
      ),
    },
    {
      command: 'remove <plan>',
      describe: "remove a plan's schedule; what has started goes on",
      builder: removeOptions,
      handler: run<RemoveArguments>(({ plan, output }, io) =>
        withClient(io, async (drover) => {
          await drover.removeSchedule(plan);
          const answer = { plan: planName(plan), removed: true };
          io.stdout.write(renderOutput(output, answer, () => `the schedule of ${answer.plan} is removed\n`));
          return 'ok';
        }),
      ),
    },
  ] as CommandModule[];
}

export const scheduleCommand: MakeCommand = (run) => ({
  command: 'schedule [command]',
  describe: 'look at plans that start at a time to come, made by drover migrate --at or --schedule',
  builder: (yargs) =>
    scheduleCommands(run)
      .reduce((parser, command) => parser.command(command), yargs)
      .demandCommand(1, 'name one of: list, remove')
      .strict(),
  handler: () => undefined,
});
