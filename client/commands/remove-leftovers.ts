import { operatorArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steer } from '../steer';

export const removeLeftoversCommand: MakeCommand = (run) => ({
  command: 'remove-leftovers <vm>',
  describe: 'remove what an unfinished run of a VM has left, and migrate the VM from the beginning',
  builder: (yargs) =>
    operatorArguments(yargs).example(
      "$0 remove-leftovers web-01 --why 'copies of last month'",
      'removes what is of this plan and this VM; never a target that may be in use',
    ),
  handler: run(
    steer(async (vm, request) => {
      await vm.removeLeftOver(request);
      return 'is rid of what was left, and begins anew';
    }),
  ),
});
