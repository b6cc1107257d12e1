import type { Argv } from 'yargs';
import { countOption, outputOption, planOption } from '../arguments';
import { type MakeCommand, withClient } from '../command';
import { renderOutput } from '../render/output';
import { say } from '../say';

/** Lines; the result of one activity has room for them (Temporal takes 2 MiB). */
const MOST_LINES = 2_000;

const options = (yargs: Argv) =>
  outputOption(planOption(yargs))
    .positional('vm', { describe: 'name, moref or workflow id', type: 'string', demandOption: true })
    .option('lines', {
      alias: 'n',
      describe: `how many of its last lines, at most ${MOST_LINES}`,
      ...countOption('lines', { least: 1, most: MOST_LINES }),
      default: 100,
    })
    .example('$0 console web-01', 'what the target says as it boots')
    .example('$0 console web-01 -n 20', 'its last twenty lines');

type ConsoleArguments = Awaited<ReturnType<typeof options>['argv']>;

export const consoleCommand: MakeCommand = (run) => ({
  command: 'console <vm>',
  describe: "the last lines of the target's serial console",
  builder: options,
  handler: run<ConsoleArguments>(async ({ vm, plan, lines, output }, io) =>
    withClient(io, async (drover) => {
      const handle = await drover.vm(vm, plan === undefined ? {} : { plan });
      const page = await handle.console(lines);
      if (page.note !== null) say(io.stderr, `${vm}: ${page.note}`);
      io.stdout.write(
        renderOutput(output, page, ({ lines: said }) => said.map((line) => `${line}\n`).join('')),
      );
      return 'ok';
    }),
  ),
});
