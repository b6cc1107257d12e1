import type { Argv } from 'yargs';
import { outputOption, planOption } from '../arguments';
import { type Io, type MakeCommand, UsageError, withClient } from '../command';
import type { PlanName } from '../drover-client';
import type { ExitName } from '../exit-codes';
import { follow } from '../follow';
import { type OutputFormat, renderOutput } from '../render/output';
import { renderVmList } from '../render/vm-list';
import { renderVmStatus } from '../render/vm-status';
import type { VmStatus } from '../vm-handle';
import { countedOutcome, wentWell } from '../../workflows/temporal-api';

const options = (yargs: Argv) =>
  outputOption(planOption(yargs))
    .positional('vm', { describe: 'name, moref or workflow id; absent lists all', type: 'string' })
    .option('running', {
      describe: 'list only migrations that have not ended',
      type: 'boolean',
      default: false,
    })
    .option('run', {
      describe: 'show an earlier migration of the VM: its run id',
      type: 'string',
      requiresArg: true,
    })
    .option('watch', {
      alias: 'w',
      describe: 'follow the plan until the end',
      type: 'boolean',
      default: false,
    })
    .example('$0 status', 'every VM, newest first')
    .example('$0 status web-01', 'one VM: phases, disks, progress, why it waits')
    .example('$0 status --plan openshift-mtv/wave-1 --watch', 'watch a plan again');

type StatusArguments = Awaited<ReturnType<typeof options>['argv']>;

export const statusCommand: MakeCommand = (run) => ({
  command: 'status [vm]',
  describe: 'how migrations stand; works also while no worker runs',
  builder: options,
  handler: run<StatusArguments>(async ({ vm, plan, running, run: runId, watch, output }, io) => {
    if (runId !== undefined && vm === undefined)
      throw new UsageError('--run shows a migration of one VM: name the VM');
    const watched = watch ? watchedPlan(vm, plan) : null;
    return withClient(io, async (drover) => {
      if (watched !== null) return follow(drover.migration(watched), { plan: watched, output }, io);
      const filter = plan === undefined ? {} : { plan };
      if (vm !== undefined)
        return showVm(await (await drover.vm(vm, { ...filter, runId })).statusWithAttempts(), output, io);
      const entries = await drover.list({ ...filter, running });
      io.stdout.write(renderOutput(output, entries, renderVmList));
      return 'ok';
    });
  }),
});

function watchedPlan(vm: string | undefined, plan: string | undefined): PlanName {
  if (vm !== undefined || plan === undefined) {
    throw new UsageError('--watch follows a plan: give --plan and no VM');
  }
  const [namespace = '', name = ''] = plan.split('/');
  return { namespace, name };
}

/** The exit code says how the VM stands, so that a script can poll it. */
function showVm(status: VmStatus, output: OutputFormat, io: Io): ExitName {
  if (status.workerSilent) {
    io.stderr.write(
      'warning: no worker answers; this is what Temporal itself knows. Start one: drover worker\n',
    );
  }
  io.stdout.write(renderOutput(output, status, renderVmStatus));
  const outcome =
    (status.state === null ? null : countedOutcome(status.state)) ??
    status.rollBack?.outcome ??
    status.entry.outcome;
  const waits =
    status.entry.attention !== null || status.state?.attention != null || status.rollBack?.attention != null;
  if (outcome === null && waits) return 'needsAttention';
  return outcome === null || outcome === 'skipped' || wentWell(outcome) ? 'ok' : 'migrationFailed';
}
