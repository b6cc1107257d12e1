import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packagePath } from '../package-path';

/**
 * Runs a program to its end and returns what it printed.
 * @throws Error with its last words.
 */
export async function run(command: string, args: string[], cwd?: string): Promise<string> {
  try {
    // Programs of administrators are not on everybody's PATH.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    return (await promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const words = stderr.trim().split('\n').slice(-5).join('\n');
    throw new Error(`${[command, ...args].join(' ')} failed: ${words || message}`, { cause: error });
  }
}

/** Runs one of the recipes next to this file. */
export async function runRecipe(recipe: string, args: (string | number)[]): Promise<void> {
  await run('sh', [recipePath(recipe), ...args.map(String)]);
}

export function recipePath(recipe: string): string {
  return packagePath('lab', 'guest', 'recipes', `${recipe}.sh`);
}

/** The files that the tiny guests bring besides busybox and the kernel. */
export function skeletonPath(): string {
  return packagePath('lab', 'guest', 'tiny');
}
