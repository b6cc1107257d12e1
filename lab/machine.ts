import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the choice of a program depends on. */
export interface Machine {
  env: NodeJS.ProcessEnv;
  isExecutable(path: string): boolean;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return { env: process.env, isExecutable };
}

/** Path of the first of these folders' programs of that name; null when none has it. */
export function findIn(
  folders: readonly (string | undefined)[],
  program: string,
  executable: Machine['isExecutable'] = isExecutable,
): string | null {
  const candidates = folders.filter((folder) => folder).map((folder) => join(folder as string, program));
  return candidates.find(executable) ?? null;
}

export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? '').split(delimiter);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
