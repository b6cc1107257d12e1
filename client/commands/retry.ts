import type { Argv } from 'yargs';
import { CHANGE_KEYS, type Changes, isOfDisk } from '../../plan/changes/keys';
import { type ParkedArguments, parkedArguments } from '../arguments';
import { type MakeCommand, UsageError } from '../command';
import { renderTable } from '../render/table';
import { readSetArguments } from '../set-arguments';
import { steerParked } from '../steer-parked';

const options = (yargs: Argv) =>
  parkedArguments(yargs)
    .option('set', {
      describe: 'go on with something changed: KEY=VALUE, as below; may be repeated',
      type: 'string',
      array: true,
      nargs: 1,
    })
    .example("$0 retry web-01 --why 'array has space again'", 'finished disks are not copied again')
    .example("$0 retry vm-1042 --why 'quota raised' --who ann", 'by moref, on behalf of ann')
    .example("$0 retry web-01 --set copyDeadline=48h --why 'slow line'", 'with more time for each copy')
    .example("$0 retry web-01 --set disk.1.fallback=import --why 'array is full'", 'import this disk instead')
    .example("$0 retry --all --kind CopyStalled --why 'switch replaced'", 'shows which VMs, and asks')
    .epilogue(`What --set takes (docs/operations.md says what each does):\n\n${keysTable()}`);

function keysTable(): string {
  // The table of the manual has values as code.
  const rows = Object.entries(CHANGE_KEYS).map(([key, { takes }]) => [key, takes.replaceAll('`', '')]);
  return renderTable(['KEY', 'VALUE'], rows);
}

function changesOf({ set, all }: ParkedArguments): Changes | null {
  if (set === undefined) return null;
  const read = readSetArguments(set);
  if ('problems' in read) throw new UsageError(read.problems.join('; '));
  const ofDisk = Object.keys(read.changes).find(isOfDisk);
  if (all && ofDisk !== undefined)
    throw new UsageError(`${ofDisk} is of one VM's disk: name the VM instead of --all`);
  return read.changes;
}

export const retryCommand: MakeCommand = (run) => ({
  command: 'retry [vm]',
  describe: 'go on with a parked VM, or with all of them, at the step that failed',
  builder: options,
  handler: run(
    steerParked({
      verb: 'retry',
      check: changesOf,
      act: async (vm, request, args) => {
        const changes = changesOf(args);
        const { phase } = await vm.retry({ ...request, ...(changes !== null && { changes }) });
        return `goes on at ${phase}`;
      },
    }),
  ),
});
