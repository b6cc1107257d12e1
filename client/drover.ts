#!/usr/bin/env node
/** The `drover` command. */
import { runCli } from './cli';
import { confirm } from './confirm';
import { endUnfinished, endUnwritten } from './unwritten';

async function main(): Promise<void> {
  process.once('beforeExit', endUnfinished);
  process.stdout.on('error', endUnwritten);
  // What can't be said there can't be said anywhere; the exit code still tells how it went.
  process.stderr.on('error', () => undefined);
  const code = await runCli(process.argv.slice(2), {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    confirm: (question) => confirm(process.stdin, process.stderr, question),
    onInterrupt(callback) {
      process.once('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
  });
  // A connection that was given up may go on trying, and the SDK's core may stay: nobody waits for them any more.
  if (code !== 0) process.exit(code);
  process.off('beforeExit', endUnfinished);
}

void main();
