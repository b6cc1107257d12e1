import type { Argv, CommandModule } from 'yargs';
import type { OperatorRequest } from '../../workflows/temporal-api';
import type { LimitChanges } from '../../workflows/transfer-slots/limits';
import { outputOption, type OutputArguments, wordOptions } from '../arguments';
import { type MakeCommand, type Run, UsageError, withClient } from '../command';
import { doubtsOf, readLimitArguments } from '../limit-arguments';
import { renderLimits } from '../render/limits';
import { renderOutput } from '../render/output';
import { say } from '../say';

type SetArguments = OutputArguments & OperatorRequest & { limits: string[] };

const showOptions = (yargs: Argv) =>
  outputOption(yargs)
    .example('$0 limits show', 'by kind and by resource, what is in use, and who decided so')
    .example('$0 limits show -o json', 'for a script');

const setOptions = (yargs: Argv) =>
  outputOption(wordOptions(yargs))
    .positional('limits', {
      describe: 'KIND=N or RESOURCE=N; 0: nothing starts there; default: back to the default',
      type: 'string',
      array: true,
      demandOption: true,
    })
    .example("$0 limits set host=4 --why 'users complain'", 'at most 4 disks from each ESXi host')
    .example("$0 limits set host/esx1.example.com=2 --why 'old host'", 'one host has a limit of its own')
    .example("$0 limits set datastore=0 --why 'array is down'", 'no further disk starts; none is stopped')
    .example("$0 limits set host=default --why 'over'", 'back to the default');

function limitsCommands(run: Run): CommandModule[] {
  return [
    {
      command: 'show',
      describe: 'how many disks and guests may be copied and converted at once',
      builder: showOptions,
      handler: run<OutputArguments>(({ output }, io) =>
        withClient(io, async (drover) => {
          io.stdout.write(renderOutput(output, await drover.limits(), renderLimits));
          return 'ok';
        }),
      ),
    },
    {
      command: 'set <limits..>',
      describe: 'change limits while everything runs; what copies goes on',
      builder: setOptions,
      handler: run<SetArguments>(async ({ limits, who, why, output }, io) => {
        // What makes no sense anywhere is refused before anything is asked.
        changesOf(limits, null);
        return withClient(io, async (drover) => {
          const { resources } = await drover.limits();
          const known = resources.map(({ resource }) => resource);
          const changes = changesOf(limits, known);
          for (const doubt of doubtsOf(changes, known)) say(io.stderr, `warning: ${doubt}`);
          const answer = await drover.setLimits({ who, why, limits: changes });
          io.stdout.write(renderOutput(output, answer, ({ done }) => `${done}\n`));
          return 'ok';
        });
      }),
    },
  ] as CommandModule[];
}

function changesOf(words: readonly string[], known: readonly string[] | null): LimitChanges {
  const read = readLimitArguments(words, known);
  if ('problems' in read) throw new UsageError(read.problems.join('; '));
  return read.changes;
}

export const limitsCommand: MakeCommand = (run) => ({
  command: 'limits [command]',
  describe: 'look at what may be copied at once, by all waves together, and change it',
  builder: (yargs) =>
    limitsCommands(run)
      .reduce((parser, command) => parser.command(command), yargs)
      .demandCommand(1, 'name one of: show, set')
      .strict(),
  handler: () => undefined,
});
