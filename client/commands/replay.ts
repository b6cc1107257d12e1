import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { FILE, countOption, outputOption, planOption } from '../arguments';
import { type Io, type MakeCommand, UsageError, withClient } from '../command';
import type { DroverClient } from '../drover-client';
import { readArchive, type RecordedHistory } from '../history/recorded';
import type { Replayed } from '../history/replayed';
import { readFiles } from '../read-files';
import { renderOutput } from '../render/output';
import { renderReplayed } from '../render/replayed';
import { say } from '../say';

/** Of one file: Temporal keeps at most 50 MiB of a workflow, and a file may hold all disks of a VM. */
const MOST_BYTES = 512 * 2 ** 20;
const MOST_WORKFLOWS = 10_000;
const SAY_EVERY = 20;

const options = (yargs: Argv) =>
  outputOption(planOption(yargs))
    .positional('vm', { describe: 'a VM, with its disks: name, moref or workflow id', type: 'string' })
    .option('file', {
      ...FILE,
      describe:
        'histories, as drover history --export and temporal workflow show write them; a folder: all .json in it; - reads stdin; may be repeated',
    })
    .option('query', {
      describe: "all workflows that a visibility query finds, as ExecutionStatus='Running'",
      type: 'string',
      requiresArg: true,
    })
    .option('most', {
      describe: 'how many workflows of the query at most, the newest first',
      ...countOption('most', { least: 1, most: MOST_WORKFLOWS }),
      default: 200,
    })
    .example('$0 replay web-01', 'a migration that runs or has ended, and its disks')
    .example('$0 replay --query "ExecutionStatus=\'Running\'"', 'all that runs, before workers are upgraded')
    .example('$0 replay -f histories', "in CI, without Temporal: production's histories");

type ReplayArguments = Awaited<ReturnType<typeof options>['argv']>;

export const replayCommand: MakeCommand = (run) => ({
  command: 'replay [vm]',
  describe: 'whether the workflows of this Drover would do what recorded histories say',
  builder: options,
  handler: run<ReplayArguments>(async ({ vm, file = [], query, most, plan, output }, io) => {
    if (vm === undefined && query === undefined && file.length === 0)
      throw new UsageError('name a VM, or give --file or --query');
    const replayed = await replayAll(io, fromFiles(file));
    if (vm !== undefined || query !== undefined)
      await withClient(io, async (drover) => {
        if (vm !== undefined) replayed.push(...(await replayAll(io, await fromVm(drover, vm, plan))));
        if (query !== undefined) replayed.push(...(await replayAll(io, drover.histories(query, most))));
        return 'ok';
      });
    io.stdout.write(renderOutput(output, replayed, renderReplayed));
    return replayed.every(({ verdict }) => verdict === 'same') ? 'ok' : 'differs';
  }),
});

async function replayAll(
  io: Io,
  histories: AsyncIterable<RecordedHistory> | Iterable<RecordedHistory>,
): Promise<Replayed[]> {
  // Loads the SDK's native core, which few commands need.
  const { replay } = await import('../../workers/replay/replay.js');
  const replayed: Replayed[] = [];
  for await (const recorded of histories) {
    replayed.push(await replay(recorded));
    if (replayed.length % SAY_EVERY === 0) say(io.stderr, `${replayed.length} histories replayed`);
  }
  return replayed;
}

async function* fromFiles(names: readonly string[]): AsyncGenerator<RecordedHistory> {
  for (const name of names.flatMap(filesOf)) {
    for (const { file, bytes } of await readFiles([name], MOST_BYTES))
      yield* readArchive(file, Buffer.from(bytes).toString('utf8'));
  }
}

/** What can't be looked at is refused as it is read. */
function filesOf(name: string): string[] {
  if (!(statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false)) return [name];
  const inside = readdirSync(name).filter((file) => file.endsWith('.json'));
  return inside.sort().map((file) => join(name, file));
}

async function fromVm(
  drover: DroverClient,
  vm: string,
  plan: string | undefined,
): Promise<RecordedHistory[]> {
  const handle = await drover.vm(vm, plan === undefined ? {} : { plan });
  return (await handle.histories()).histories;
}
