import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs that were built once are kept, one folder per version, outside of the repository. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'drover');
}
