/** `drover wave pause`, `resume`, `skip`, `cancel` and `add`. */
import type { Argv, CommandModule } from 'yargs';
import { MOST_ADDED } from '../../plan/limits';
import { planName } from '../../plan/workflow-ids';
import type { OperatorRequest, WaveAnswer } from '../../workflows/temporal-api';
import {
  adoptOption,
  type FileArguments,
  fileOption,
  outputOption,
  planPositional,
  type OutputArguments,
  wordOptions,
} from '../arguments';
import { type Io, type Run, UsageError, withClient } from '../command';
import type { PlanName } from '../drover-client';
import { listProblems, loadPlan, withPlaces } from '../manifest-files';
import type { MigrationHandle } from '../migration-handle';
import { renderOutput } from '../render/output';

type WordArguments = OutputArguments & OperatorRequest & { plan: PlanName };
type ChoiceArguments = WordArguments & { vm?: string; group?: string };
type CancelArguments = ChoiceArguments & { all: boolean };
type AddArguments = WordArguments & FileArguments & { vm: string[]; adopt: boolean };

const word = (yargs: Argv) => outputOption(wordOptions(planPositional(yargs)));

const choice = (yargs: Argv) =>
  word(yargs)
    .option('vm', { describe: 'this VM: name, moref or workflow id', type: 'string', requiresArg: true })
    .option('group', { describe: 'the VMs of this group', type: 'string', requiresArg: true });

const added = (yargs: Argv) =>
  fileOption(word(yargs))
    .option('vm', {
      describe: `this VM, by its id or name in spec.vms; may be repeated, up to ${MOST_ADDED} times`,
      type: 'string',
      array: true,
      nargs: 1,
      demandOption: 'name the VMs: --vm web-09',
    })
    .option('adopt', adoptOption);

const PLAN = 'openshift-mtv/wave-1';

export function waveWords(run: Run): CommandModule[] {
  return [
    {
      command: 'pause <plan>',
      describe: 'start no more VMs; those that run go on',
      builder: (yargs: Argv) => word(yargs).example(`$0 wave pause ${PLAN} --why 'array is busy'`, ''),
      handler: run<WordArguments>((args, io) => steerWave(args, io, (wave, said) => wave.pause(said))),
    },
    {
      command: 'resume <plan>',
      describe:
        'end the pause; if there is none, go on although a canary, the gate or a group holds the wave',
      builder: (yargs: Argv) =>
        word(yargs).example(
          `$0 wave resume ${PLAN} --why 'db02 is not needed'`,
          'the answer says what it ended',
        ),
      handler: run<WordArguments>((args, io) => steerWave(args, io, (wave, said) => wave.resume(said))),
    },
    {
      command: 'skip <plan>',
      describe: 'take VMs that have not started out of the wave',
      builder: (yargs: Argv) =>
        choice(yargs)
          .example(`$0 wave skip ${PLAN} --vm web-07 --why 'owner is away'`, 'others go on without it')
          .example(`$0 wave skip ${PLAN} --group web --why 'next week'`, ''),
      handler: run<ChoiceArguments>(({ vm, group, ...args }, io) => {
        requireOne({ vm, group });
        return steerWave(args, io, (wave, said) => wave.skip({ ...said, vm, group }));
      }),
    },
    {
      command: 'cancel <plan>',
      describe: 'give VMs up: abort those that run; the others never start',
      builder: (yargs: Argv) =>
        choice(yargs)
          .option('all', { describe: 'the whole wave', type: 'boolean', default: false })
          .example(
            `$0 wave cancel ${PLAN} --group web --why 'wrong network'`,
            'their sources are as they were',
          )
          .example(`$0 wave cancel ${PLAN} --all --why 'not tonight'`, 'finished VMs stay'),
      handler: run<CancelArguments>(({ vm, group, all, ...args }, io) => {
        requireOne({ vm, group, ...(all && { all }) });
        return steerWave(args, io, (wave, said) => wave.cancel({ ...said, vm, group, ...(all && { all }) }));
      }),
    },
    {
      command: 'add <plan>',
      describe:
        'take further VMs into a wave that runs: give its documents again, with these VMs in spec.vms',
      builder: (yargs: Argv) =>
        added(yargs)
          .example(
            `$0 wave add ${PLAN} -f wave-1.yaml --vm web-09 --why 'its owner is back'`,
            'its place in the order is that of spec.drover.wave',
          )
          .example(`$0 wave add ${PLAN} -f wave-1.yaml --vm web-09 --vm db-04 --why 'forgotten'`, ''),
      handler: run<AddArguments>(addToWave),
    },
  ] as CommandModule[];
}

function requireOne(choices: Record<string, unknown>): void {
  const given = Object.values(choices).filter((value) => value !== undefined);
  if (given.length !== 1) throw new UsageError('say which VMs: one of --vm, --group and, to cancel, --all');
}

function steerWave(
  { plan, who, why, output }: WordArguments,
  io: Io,
  say: (wave: MigrationHandle, said: OperatorRequest) => Promise<WaveAnswer>,
) {
  return withClient(io, async (drover) => {
    const answer = await say(drover.migration(plan), { who, why });
    io.stdout.write(renderOutput(output, answer, renderAnswer));
    return 'ok' as const;
  });
}

async function addToWave({ plan, file, vm, adopt, who, why, output }: AddArguments, io: Io) {
  const loaded = await loadPlan(file);
  if (planName(loaded.plan) !== planName(plan))
    throw new UsageError(`the files have plan ${planName(loaded.plan)}; give those of ${planName(plan)}`);
  return withClient(io, async (drover) => {
    const asked = { who, why, vms: vm, ...(adopt && { adopt: true as const }) };
    const request = { ...asked, manifests: loaded.manifests };
    const answer = await withPlaces(loaded, () => drover.migration(plan).add(request));
    io.stderr.write(listProblems(loaded, answer.problems));
    io.stdout.write(renderOutput(output, answer, renderAnswer));
    return 'ok' as const;
  });
}

function renderAnswer({ done, holds }: WaveAnswer): string {
  return [done, ...holds.map(({ why }) => `waits: ${why}`)].map((line) => `${line}\n`).join('');
}
