#!/usr/bin/env node
/** The `drover` command. */
import { runCli } from './cli';
import { EXIT_CODES } from './exit-codes';

async function main(): Promise<void> {
  process.stdout.on('error', endUnread);
  const code = await runCli(process.argv.slice(2), {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt(callback) {
      process.once('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
  });
  // Commands of the lab set their own.
  if (code !== 0) process.exitCode = code;
}

/** There is nobody to tell, so it is told in the way of all commands: by the exit code of a broken pipe. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_CODES.unread.code);
}

void main();
