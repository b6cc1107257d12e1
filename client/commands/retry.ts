import { operatorArguments } from '../arguments';
import type { MakeCommand } from '../command';
import { steer } from '../steer';

export const retryCommand: MakeCommand = (run) => ({
  command: 'retry <vm>',
  describe: 'go on with a parked VM at the step that failed',
  builder: (yargs) =>
    operatorArguments(yargs)
      .example("$0 retry web-01 --why 'array has space again'", 'finished disks are not copied again')
      .example("$0 retry vm-1042 --why 'quota raised' --who ann", 'by moref, on behalf of ann'),
  handler: run(
    steer(async (vm, request) => {
      const state = await vm.retry(request);
      return `goes on at ${state.phase}`;
    }),
  ),
});
