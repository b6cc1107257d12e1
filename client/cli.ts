/** The `drover` command as a function: arguments in, exit code out. */
import yargs, { type ArgumentsCamelCase, type Argv, type CommandModule } from 'yargs';
import { abortCommand } from './commands/abort';
import { adoptCommand } from './commands/adopt';
import { cancelCommand } from './commands/cancel';
import { consoleCommand } from './commands/console';
import { doctorCommand } from './commands/doctor';
import { finalizeCommand } from './commands/finalize';
import { historyCommand } from './commands/history';
import { inventoryCommand } from './commands/inventory';
import { labCommand } from './commands/lab';
import { limitsCommand } from './commands/limits';
import { logsCommand } from './commands/logs';
import { migrateCommand } from './commands/migrate';
import { planCommand } from './commands/plan';
import { pluginCommand } from './commands/plugin';
import { removeLeftoversCommand } from './commands/remove-leftovers';
import { replayCommand } from './commands/replay';
import { resetCommand } from './commands/reset';
import { retryCommand } from './commands/retry';
import { rollbackCommand } from './commands/rollback';
import { scheduleCommand } from './commands/schedule';
import { setupCommand } from './commands/setup';
import { statusCommand } from './commands/status';
import { versionsCommand } from './commands/versions';
import { waveCommand } from './commands/wave';
import { workerCommand } from './commands/worker';
import { type Handler, type Io, type MakeCommand, type Run, exitOfError } from './command';
import { EXIT_CODES, type ExitName } from './exit-codes';
import { ArgumentGuard } from './strict-arguments';

export const COMMANDS: readonly MakeCommand[] = [
  planCommand,
  migrateCommand,
  statusCommand,
  retryCommand,
  resetCommand,
  adoptCommand,
  removeLeftoversCommand,
  abortCommand,
  cancelCommand,
  rollbackCommand,
  finalizeCommand,
  waveCommand,
  scheduleCommand,
  limitsCommand,
  logsCommand,
  consoleCommand,
  historyCommand,
  replayCommand,
  inventoryCommand,
  setupCommand,
  workerCommand,
  versionsCommand,
  doctorCommand,
  pluginCommand,
  labCommand,
];

/** Resolves to the exit code; writes nowhere but to `io`. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let exit: ExitName = 'ok';
  const run: Run =
    <Args>(handler: Handler<Args>) =>
    async (parsed: ArgumentsCamelCase) => {
      exit = await handler(parsed as ArgumentsCamelCase<Args>, io).catch((error: unknown) =>
        exitOfError(error, io),
      );
    };
  try {
    const commands = COMMANDS.map((make) => make(run));
    const parser = makeParser(commands, new ArgumentGuard(args));
    // With a callback yargs hands over its own words (help, completion) and prints none by itself.
    await parser.parseAsync([...args], {}, (_error, _parsed, text) => {
      if (text !== '') io.stdout.write(`${text}\n`);
    });
  } catch (error) {
    exit = exitOfError(error, io);
  }
  return EXIT_CODES[exit].code;
}

function makeParser(commands: CommandModule[], guard: ArgumentGuard): Argv {
  const parser = guard
    .watch(yargs())
    .scriptName('drover')
    .usage('$0 <command>\n\nMoves virtual machines from VMware vSphere to KubeVirt, durably.')
    .command(commands)
    .demandCommand(1, 'name a command')
    .completion('completion', 'print a script that completes commands in bash or zsh')
    .alias('help', 'h')
    .epilogue(epilogue())
    .wrap(100)
    .exitProcess(false)
    // Handlers catch their own errors: what comes here is about the arguments.
    .fail((message: string | null, error: Error | undefined) => {
      throw message === null ? error : guard.refusal(message);
    });
  return parser as Argv;
}

function epilogue(): string {
  const codes = Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return [
    'Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, … or TEMPORAL_PROFILE,',
    "a tenant's workers by DROVER_TASK_QUEUE.",
    '',
    'Exit codes:',
    ...codes,
  ].join('\n');
}
