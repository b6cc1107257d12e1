import { parkedArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steerParked } from '../steer-parked';

export const retryCommand: MakeCommand = (run) => ({
  command: 'retry [vm]',
  describe: 'go on with a parked VM, or with all of them, at the step that failed',
  builder: (yargs) =>
    parkedArguments(yargs)
      .example("$0 retry web-01 --why 'array has space again'", 'finished disks are not copied again')
      .example("$0 retry vm-1042 --why 'quota raised' --who ann", 'by moref, on behalf of ann')
      .example("$0 retry --all --kind CopyStalled --why 'switch replaced'", 'shows which VMs, and asks'),
  handler: run(
    steerParked({
      verb: 'retry',
      act: async (vm, request) => `goes on at ${(await vm.retry(request)).phase}`,
    }),
  ),
});
