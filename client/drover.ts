#!/usr/bin/env node
/** The `drover` command. */
import { runCli } from './cli';

async function main(): Promise<void> {
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

void main();
