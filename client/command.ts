/** What every command has in common: where it writes, how it ends, how it fails. */
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { DroverClient } from './drover-client';
import { DroverError } from './errors';
import { EXIT_OF_ERROR, type ExitName } from './exit-codes';
import { asTemporalError } from './temporal-errors';
import type { ProgressStream } from './render/renderer';
import { say } from './say';

/** The world of a command. */
export interface Io {
  env: NodeJS.ProcessEnv;
  /** Answers. */
  stdout: ProgressStream;
  /** Errors, warnings and hints; progress, where stdout is for a machine. */
  stderr: ProgressStream;
  /** Whether whoever runs the command says yes; null where nobody can be asked, as in a script. */
  confirm(question: string): Promise<boolean | null>;
  /** Calls back at Ctrl-C until the returned function is called. */
  onInterrupt(callback: () => void): () => void;
}

export type Handler<Args> = (args: ArgumentsCamelCase<Args>, io: Io) => Promise<ExitName>;

/**
 * Makes a handler of ours one of yargs': exit codes are kept, errors become lines. That `Args` is what the
 * command's builder declares is the command's own word.
 */
export type Run = <Args>(handler: Handler<Args>) => (args: ArgumentsCamelCase) => Promise<void>;

export type MakeCommand = (run: Run) => CommandModule;

/** Arguments that make no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Says what went wrong, in as few lines as it takes. */
export function exitOfError(error: unknown, io: Io): ExitName {
  if (error instanceof DroverError) {
    // Each problem is a line of its own; anything else that is said is one.
    const lines = error.problems.length > 0 ? error.message.split('\n') : [error.message];
    lines.forEach((line, index) => say(io.stderr, index === 0 ? `drover: ${line}` : line));
    return EXIT_OF_ERROR[error.code];
  }
  if (error instanceof UsageError) {
    say(io.stderr, `drover: ${error.message}; see: drover --help`);
    return 'badInput';
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of `drover: unexpected: ${stack}`.split('\n')) say(io.stderr, line);
  return 'internal';
}

/** One connection for one command. */
export async function withClient(
  io: Io,
  use: (drover: DroverClient) => Promise<ExitName>,
): Promise<ExitName> {
  const drover = await DroverClient.connect({ env: io.env });
  try {
    return await use(drover);
  } catch (error) {
    throw asTemporalError(error, drover.place);
  } finally {
    await drover.close();
  }
}
