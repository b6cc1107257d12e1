import type { Argv, CommandModule } from 'yargs';
import { UNVERSIONED } from '../../plan/task-queue';
import { countOption, outputOption, type OutputArguments } from '../arguments';
import { type MakeCommand, type Run, withClient } from '../command';
import { DroverError } from '../errors';
import { renderOutput } from '../render/output';
import { renderPromoted, renderVersions } from '../render/versions';
import { noVersions } from '../versions/routing';
import type { WorkerVersion, WorkerVersions } from '../versions/read';

interface VersionArguments extends OutputArguments {
  build: string;
  deployment?: string;
}
type PromoteArguments = VersionArguments & { ramp?: number };

const versionOptions = (yargs: Argv): Argv<VersionArguments> =>
  outputOption(yargs)
    .positional('build', {
      describe: 'build id, as drover versions list shows it',
      type: 'string',
      demandOption: true,
    })
    .option('deployment', {
      describe: 'name that the versions share; default: the name of the task queue',
      type: 'string',
      requiresArg: true,
    });

const listOptions = (yargs: Argv) =>
  outputOption(yargs)
    .example('$0 versions list', 'what runs on which version of the workers')
    .example('$0 versions list -o json', 'for a script');

const retireOptions = (yargs: Argv) =>
  versionOptions(yargs)
    .example(
      '$0 versions may-retire 0.1.0',
      'ends with 0 if the workers may be stopped for good, with 7 if not',
    )
    .example('until $0 versions may-retire 0.1.0; do sleep 60; done', 'waits until they may');

const promoteOptions = (yargs: Argv): Argv<PromoteArguments> =>
  versionOptions(yargs)
    .option('ramp', {
      describe: 'only this share of what is started, in percent; 0 ends it',
      ...countOption('ramp', { least: 0, most: 100 }),
    })
    .example('$0 versions set-current 0.2.0', 'what is started from now on runs on 0.2.0')
    .example(
      '$0 versions set-current 0.2.0 --ramp 10',
      'a tenth of what is started; 0.1.0 stays the current version',
    )
    .example(`$0 versions set-current ${UNVERSIONED}`, 'back to workers that have no version');

function versionsCommands(run: Run): CommandModule[] {
  return [
    {
      command: 'list',
      describe: 'versions of the workers, what runs on each, and which may be retired',
      builder: listOptions,
      handler: run<OutputArguments>(({ output }, io) =>
        withClient(io, async (drover) => {
          io.stdout.write(renderOutput(output, await drover.versions(), renderVersions));
          return 'ok';
        }),
      ),
    },
    {
      command: 'may-retire <build>',
      describe: 'whether the workers of a version may be stopped for good, by the exit code',
      builder: retireOptions,
      handler: run<VersionArguments>(({ build, deployment, output }, io) =>
        withClient(io, async (drover) => {
          const version = find(await drover.versions(), { build, deployment });
          io.stdout.write(
            renderOutput(output, version, ({ mayRetire, why }) => `${mayRetire ? 'yes' : 'no'}: ${why}\n`),
          );
          return version.mayRetire ? 'ok' : 'inUse';
        }),
      ),
    },
    {
      command: 'set-current <build>',
      describe: 'give new work to the workers of a version; what is pinned to another one ends there',
      builder: promoteOptions,
      handler: run<PromoteArguments>(({ build, deployment, ramp, output }, io) =>
        withClient(io, async (drover) => {
          const promoted = await drover.setCurrentVersion({ build, deployment, rampPercent: ramp });
          io.stdout.write(renderOutput(output, promoted, renderPromoted));
          return 'ok';
        }),
      ),
    },
  ] as CommandModule[];
}

function find(
  { isVersioned, versions, taskQueue }: WorkerVersions,
  wanted: { build: string; deployment?: string },
): WorkerVersion {
  if (!isVersioned) throw noVersions();
  const { build, deployment } = wanted;
  const found = versions.filter(
    (version) => version.build === build && version.deployment === (deployment ?? version.deployment),
  );
  const [first, second] = found;
  if (second !== undefined) {
    const names = found.map((version) => version.deployment).join(', ');
    throw new DroverError('Ambiguous', `deployments ${names} have a version ${build}; add --deployment`);
  }
  if (first !== undefined) return first;
  const known = versions.map((version) => version.build).join(', ') || 'none';
  throw new DroverError('NotFound', `task queue "${taskQueue}" has no version ${build}; there are: ${known}`);
}

export const versionsCommand: MakeCommand = (run) => ({
  command: 'versions [command]',
  describe: 'look at the versions of the workers, and say which one is given new work',
  builder: (yargs) =>
    versionsCommands(run)
      .reduce((parser, command) => parser.command(command), yargs)
      .demandCommand(1, 'name one of: list, may-retire, set-current')
      .strict(),
  handler: () => undefined,
});
