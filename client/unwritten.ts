/** How the process ends where what it has to say can't be written. */
import { EXIT_CODES } from './exit-codes';

/** Where the reader went away there is nobody to tell: it is told as all commands do, by the exit code of a broken pipe. */
export function endUnwritten(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.unread.code);
  const why = error.code === 'ENOSPC' ? 'no space is left' : (error.code ?? error.message);
  process.stderr.write(`drover: the output can't be written (${why}); migrations go on\n`);
  process.exit(EXIT_CODES.unwritable.code);
}
