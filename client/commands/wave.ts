import type { MakeCommand } from '../command';
import { waveLooks } from './wave-look';
import { waveWords } from './wave-steer';

export const waveCommand: MakeCommand = (run) => ({
  command: 'wave [command]',
  describe: 'look at the run of a whole plan, and steer it',
  builder: (yargs) => {
    const commands = [...waveLooks(run), ...waveWords(run)];
    const names = commands.map(({ command }) => String(command).split(' ')[0]);
    return commands
      .reduce((parser, command) => parser.command(command), yargs)
      .demandCommand(1, `name one of: ${names.join(', ')}`)
      .strict();
  },
  handler: () => undefined,
});
