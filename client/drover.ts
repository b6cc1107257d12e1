#!/usr/bin/env node
/** The `drover` command. */
import { runCli } from './cli';
import { EXIT_CODES } from './exit-codes';

async function main(): Promise<void> {
  process.stdout.on('error', endUnwritten);
  // What can't be said there can't be said anywhere; the exit code still tells how it went.
  process.stderr.on('error', () => undefined);
  const code = await runCli(process.argv.slice(2), {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt(callback) {
      process.once('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
  });
  // Commands of the lab set their own exit code.
  // A connection that was given up may go on trying, and the SDK's core may stay: nobody waits for them any more.
  if (code !== 0) process.exit(code);
}

/** Where the reader went away there is nobody to tell: it is told as all commands do, by the exit code of a broken pipe. */
function endUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT_CODES.unread.code);
  const why = error.code === 'ENOSPC' ? 'no space is left' : (error.code ?? error.message);
  process.stderr.write(`drover: the output can't be written (${why}); migrations go on\n`);
  process.exit(EXIT_CODES.unwritable.code);
}

void main();
