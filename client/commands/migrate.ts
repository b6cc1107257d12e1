import type { Argv } from 'yargs';
import { refuses } from '../../plan/problem';
import { adoptOption, againOption, choiceOf, fileOption, outputOption } from '../arguments';
import { type Io, type MakeCommand, UsageError, withClient } from '../command';
import type { VmChoice } from '../drover-client';
import type { StartTime } from '../schedules';
import { startTimeOf } from '../start-time';
import { renderScheduled } from '../render/schedules';
import type { ExitName } from '../exit-codes';
import { follow, leaveHint } from '../follow';
import { type LoadedManifests, listProblems, loadPlan } from '../manifest-files';
import { countVms } from '../render/format';
import { type OutputFormat, renderOutput } from '../render/output';
import type { WaveVm } from '../../workflows/temporal-api';
import type { MigrationHandle } from '../migration-handle';
import { visible } from '../../plan/visible';
import { say } from '../say';

const options = (yargs: Argv) =>
  outputOption(fileOption(yargs))
    .option('vm', {
      describe: 'only this VM of the plan: name, moref or instance UUID; may be repeated',
      type: 'string',
      array: true,
      nargs: 1,
    })
    .option('again', againOption)
    .option('adopt', adoptOption)
    .option('watch', { alias: 'w', describe: 'follow until the end', type: 'boolean', default: false })
    .option('at', {
      describe: 'start at this time, as 2026-12-05T22:00, by the clock of --time-zone',
      type: 'string',
      requiresArg: true,
    })
    .option('schedule', {
      describe: 'start whenever this cron expression says, by the clock of --time-zone',
      type: 'string',
      requiresArg: true,
    })
    .option('time-zone', { describe: 'IANA name, as Europe/Zurich', type: 'string', requiresArg: true })
    .example('$0 migrate -f plan.yaml --at 2026-12-05T22:00 --time-zone Europe/Zurich', 'on Saturday night')
    .example('$0 migrate -f plan.yaml --watch', 'migrate all VMs of the plan and follow them')
    .example('$0 migrate -f providers.yaml -f plan.yaml --vm web-01 --vm db-01', 'two of them')
    .example('$0 migrate -f plan.yaml --again web-01', 'web-01 once more, after its first target was removed')
    .example('$0 migrate -f plan.yaml --adopt', 'go on where runs were ended by hand: proven disks are kept')
    .example(
      '$0 migrate -f plan.yaml --watch -o json > report.json',
      'progress on stderr, the report in a file',
    );

type MigrateArguments = Awaited<ReturnType<typeof options>['argv']>;

export const migrateCommand: MakeCommand = (run) => ({
  command: 'migrate',
  describe: 'migrate the VMs of a plan',
  builder: options,
  handler: run<MigrateArguments>(async ({ file, vm, again, adopt, watch, output, ...start }, io) => {
    const when = startTimeOf(start);
    const choice = { ...choiceOf(vm, again), ...(adopt && { adopt: true as const }) };
    if (when !== null && watch)
      throw new UsageError('nothing runs yet that --watch could follow; leave it out');
    const loaded = await loadPlan(file);
    if (when !== null) return schedule({ loaded, choice, when, output }, io);
    return withClient(io, async (drover) => {
      const migration = await drover.startMigration(loaded.manifests, choice);
      return goOn({ migration, loaded, watch, output }, io);
    });
  }),
});

interface Scheduled {
  loaded: LoadedManifests;
  choice: VmChoice;
  when: StartTime;
  output: OutputFormat;
}

/** The plan is checked as it is now; when it starts, its wave checks it again. */
function schedule({ loaded, choice, when, output }: Scheduled, io: Io): Promise<ExitName> {
  return withClient(io, async (drover) => {
    const { problems } = await drover.checkPlan(loaded.manifests, choice);
    io.stderr.write(listProblems(loaded, problems));
    if (refuses(problems)) return 'badInput';
    const entry = await drover.scheduleMigration(loaded.manifests, when, choice);
    io.stdout.write(renderOutput(output, entry, renderScheduled));
    return 'ok';
  });
}

interface Started {
  migration: MigrationHandle;
  loaded: LoadedManifests;
  watch: boolean;
  output: OutputFormat;
}

/** A wave that has started may still refuse the plan: the worker checks it against source and target first. */
async function goOn({ migration, loaded, watch, output }: Started, io: Io): Promise<ExitName> {
  const state = await migration.resolved();
  io.stderr.write(listProblems(loaded, state.problems));
  if (refuses(state.problems)) return 'badInput';
  if (watch) return follow(migration, { plan: state.plan, output }, io);
  return leave(migration, output, io);
}

/** Without `--watch`: prints what has begun, and ends while the migrations go on. */
async function leave(migration: MigrationHandle, output: OutputFormat, io: Io): Promise<ExitName> {
  const state = await migration.begun();
  const refused = state.vms.filter((vm) => vm.failure?.kind === 'AlreadyMigrating');
  for (const { name, failure } of refused) {
    say(io.stderr, `error: ${name}: ${failure?.message}; ${failure?.remedy}`);
  }
  const done = state.vms.filter(({ outcome }) => outcome === 'alreadyMigrated');
  const begun = state.vms.filter((vm) => !refused.includes(vm) && !done.includes(vm));
  if (begun.length === 0 && refused.length > 0) return 'badInput';
  io.stdout.write(
    renderOutput(output, { workflowId: migration.workflowId, ...state }, () => {
      const say = (what: string, vms: readonly WaveVm[]) =>
        vms.length === 0
          ? ''
          : `${what} ${countVms(vms.length)}: ${visible(vms.map((vm) => vm.name).join(', '))}\n`;
      const held = (state.holds ?? []).filter(({ kind }) => kind === 'window');
      const waits = held.map(({ why }) => `they wait: ${why}\n`).join('');
      return say('already migrated, and left alone:', done) + say('migrating', begun) + waits;
    }),
  );
  if (begun.length > 0) io.stderr.write(leaveHint(state.plan));
  return 'ok';
}
