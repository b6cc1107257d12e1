import { operatorArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steer } from '../steer';

export const abortCommand: MakeCommand = (run) => ({
  command: 'abort <vm>',
  describe: 'give a migration up: Drover removes the target, and the source is as it was',
  builder: (yargs) =>
    operatorArguments(yargs).example(
      "$0 abort web-01 --why 'needed today'",
      'needs a worker that runs; without one use cancel',
    ),
  handler: run(
    steer(async (vm, request) => {
      await vm.abort(request);
      return 'is being given up: target first, then the source is as it was';
    }),
  ),
});
