import type { Argv } from 'yargs';
import { type MakeCommand, UsageError } from '../command';
import { type GoingBackArguments, goBack, goingBackArguments } from '../going-back/command';
import type { FinishedVm } from '../going-back/finished';
import type { GoingBackOptions } from '../going-back/run';
import { countVms, formatTime } from '../render/format';
import { renderTable } from '../render/table';

const options = (yargs: Argv) =>
  goingBackArguments(yargs)
    .option('delete-target', {
      describe: 'remove the target VM and its volumes; default: they are kept, and the VM is off',
      type: 'boolean',
      default: false,
    })
    .option('start-source', {
      describe: 'start the source although it was off before its migration',
      type: 'boolean',
      default: false,
    })
    .option('leave-off', {
      describe: 'leave the source off although it ran before its migration',
      type: 'boolean',
      default: false,
    })
    .example("$0 rollback web-01 --why 'the database is too slow there'", 'shows what is lost, and asks')
    .example("$0 rollback web-01 --delete-target --yes --why 'again on Monday'", 'for a script')
    .example("$0 rollback --plan mtv/wave-1 --group web --why 'wrong network'", 'all VMs of a group');

interface RollbackArguments extends GoingBackArguments {
  deleteTarget: boolean;
  startSource: boolean;
  leaveOff: boolean;
}

export const rollbackCommand: MakeCommand = (run) => ({
  command: 'rollback [vm]',
  describe: 'go back from a migration that succeeded: target off, then the source as it was',
  builder: options,
  handler: run<RollbackArguments>(
    goBack<RollbackArguments>({
      type: 'rollBackVm',
      options: rollBackOptions,
      preview,
      question: (vms) =>
        `roll back ${countVms(vms.length)}, and lose what ${vms.length === 1 ? 'its target has' : 'their targets have'} written?`,
    }),
  ),
});

function rollBackOptions({ who, why, ...args }: RollbackArguments): GoingBackOptions {
  const { startSource, leaveOff, deleteTarget } = args;
  if (startSource && leaveOff) throw new UsageError('give one of --start-source and --leave-off');
  return {
    who,
    why,
    ...(startSource && { source: 'start' }),
    ...(leaveOff && { source: 'leaveOff' }),
    ...(deleteTarget && { deleteTarget }),
  };
}

function preview(vms: readonly FinishedVm[], args: RollbackArguments): string {
  const { source } = rollBackOptions(args);
  const starts = ({ sourceRan }: FinishedVm) => (source === undefined ? sourceRan : source === 'start');
  const rows = vms.map((vm) => [
    vm.vm,
    `${vm.target.namespace}/${vm.target.name}`,
    vm.targetRunningAt === null ? 'not started by Drover' : formatTime(vm.targetRunningAt),
    args.deleteTarget ? 'is removed, with its volumes' : 'is kept, off',
    starts(vm) ? 'is started' : 'stays off',
  ]);
  const table = renderTable(['VM', 'TARGET', 'RUNS SINCE', 'THE TARGET', 'THE SOURCE'], rows);
  return `${table}What a target has written since then is not on its source: it is lost for the source.\n`;
}
