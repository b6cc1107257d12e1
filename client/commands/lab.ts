import type { Argv } from 'yargs';
import type { MakeCommand } from '../command';

/** The lab has its own commands. Only `drover lab` loads them. */
export const labCommand: MakeCommand = () => ({
  command: 'lab',
  describe: 'a vCenter, a cluster and a Temporal server on this machine, to try Drover',
  builder: async (yargs: Argv): Promise<Argv> => {
    const { labCommand: command } = await import('../../lab/cli.js');
    return typeof command.builder === 'function' ? command.builder(yargs) : yargs;
  },
  handler: () => undefined,
});
