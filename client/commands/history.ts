import { writeFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { outputOption, planOption } from '../arguments';
import { type MakeCommand, withClient } from '../command';
import { DroverError } from '../errors';
import { writeArchive } from '../history/recorded';
import { timelineOf } from '../history/timeline';
import { renderOutput } from '../render/output';
import { renderTimeline } from '../render/timeline';
import { say } from '../say';

const options = (yargs: Argv) =>
  outputOption(planOption(yargs))
    .positional('vm', { describe: 'name, moref or workflow id', type: 'string', demandOption: true })
    .option('run', {
      describe: 'an earlier migration of the VM, by its run id: drover status VM -o json has them',
      type: 'string',
      requiresArg: true,
    })
    .option('export', {
      describe: 'write the histories of the migration and of its disks to this new file, for drover replay',
      type: 'string',
      requiresArg: true,
    })
    .example('$0 history web-01', 'what happened, when, how long it took, and who decided')
    .example('$0 history web-01 --export web-01.json', 'the whole record, to be replayed anywhere');

type HistoryArguments = Awaited<ReturnType<typeof options>['argv']>;

export const historyCommand: MakeCommand = (run) => ({
  command: 'history <vm>',
  describe: 'the story of a migration, from its record; needs no worker',
  builder: options,
  handler: run<HistoryArguments>(async ({ vm, plan, run: runId, export: file, output }, io) =>
    withClient(io, async (drover) => {
      const handle = await drover.vm(vm, {
        ...(plan !== undefined && { plan }),
        ...(runId !== undefined && { runId }),
      });
      const { histories, forgotten } = await handle.histories();
      if (forgotten.length > 0)
        say(io.stderr, `Temporal keeps no history any more of: ${forgotten.join(', ')}`);
      if (file !== undefined) {
        await writeNew(file, writeArchive(histories));
        say(io.stdout, `${file} holds ${histories.length} histories; replay them: drover replay -f ${file}`);
        return 'ok';
      }
      io.stdout.write(renderOutput(output, timelineOf(histories), renderTimeline));
      return 'ok';
    }),
  ),
});

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const why = code === 'EEXIST' ? 'it exists already; name a new file' : code;
    throw new DroverError('InvalidInput', `${file} can't be written (${why})`, { cause: error });
  }
}
