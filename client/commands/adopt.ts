import { operatorArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steer } from '../steer';

export const adoptCommand: MakeCommand = (run) => ({
  command: 'adopt <vm>',
  describe: 'keep what an unfinished run of a VM has left, as far as it is proven, and go on',
  builder: (yargs) =>
    operatorArguments(yargs)
      .example('$0 status web-01', 'first look: which disks would be kept, and why others would not')
      .example("$0 adopt web-01 --why 'its run was terminated'", 'proven disks are not copied again'),
  handler: run(
    steer(async (vm, request) => {
      await vm.adopt(request);
      return 'keeps what is proven, and copies the rest';
    }),
  ),
});
