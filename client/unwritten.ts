/** How the process ends where what it has to say can't be written, or where it never comes to say it. */
import { EXIT_CODES } from './exit-codes';

/** Where the reader went away, nobody reads a message: the exit code of a broken pipe says it, as with all commands. */
export function endUnwritten(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.unread.code);
  const why = error.code === 'ENOSPC' ? 'no space is left' : (error.code ?? error.message);
  process.stderr.write(`drover: the output can't be written (${why}); migrations go on\n`);
  process.exit(EXIT_CODES.unwritable.code);
}

/** Node ends with 0 once nothing is left that could wake it, although the command still waits: scripts would take that for done. */
export function endUnfinished(): never {
  process.stderr.write(
    'drover: unexpected: the command waits, and nothing is left that it could wait for; migrations go on\n',
  );
  process.exit(EXIT_CODES.internal.code);
}
