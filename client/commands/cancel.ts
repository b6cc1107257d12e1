import { operatorArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steer } from '../steer';

export const cancelCommand: MakeCommand = (run) => ({
  command: 'cancel <vm>',
  describe: "abort by Temporal's own cancellation: Temporal accepts it even if no worker runs now",
  builder: (yargs) =>
    operatorArguments(yargs).example(
      "$0 cancel web-01 --why 'wrong network'",
      'see what happens: drover status web-01',
    ),
  handler: run(
    steer(async (vm, request) => {
      await vm.cancel(request);
      return 'is cancelled as soon as a worker hears it';
    }),
  ),
});
