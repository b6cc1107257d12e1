import { parkedArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steerParked } from '../steer-parked';

export const abortCommand: MakeCommand = (run) => ({
  command: 'abort [vm]',
  describe: 'give a migration up: Drover removes the target, and the source is as it was',
  builder: (yargs) =>
    parkedArguments(yargs)
      .example("$0 abort web-01 --why 'needed today'", 'needs a worker that runs; without one use cancel')
      .example(
        "$0 abort --all --plan mtv/wave-1 --why 'array is gone'",
        'all parked VMs of a plan; asks first',
      ),
  handler: run(
    steerParked({
      verb: 'abort',
      act: async (vm, request) => {
        await vm.abort(request);
        return 'is being given up: target first, then the source is as it was';
      },
    }),
  ),
});
