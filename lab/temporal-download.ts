/** Temporal's command line as the SDK's testing package downloads it, where the internet can be reached. */
import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log';
import { intoFolder } from './build';

/** In milliseconds. */
export interface TemporalPatience {
  /** Until the first byte: a network that drops what it does not let through never says so. */
  begin: number;
  whole: number;
}

const PATIENCE: TemporalPatience = { begin: 10_000, whole: 90_000 };

/**
 * Run apart, so that a download that hangs can be ended: the SDK gives no way to cancel it.
 * Starting and stopping a server once is how the SDK is asked to download it.
 */
const SCRIPT = `
  const { TestWorkflowEnvironment } = require(process.argv[1]);
  TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', version: process.argv[2], downloadDir: process.argv[3] } },
  }).then((environment) => environment.teardown());
`;

/** Puts `temporal` into the folder; false when it can't be downloaded, which is no error. */
export async function downloadTemporal(
  folder: string,
  version: string,
  { log, patience = PATIENCE }: { log: Log; patience?: TemporalPatience },
): Promise<boolean> {
  log(`downloading temporal ${version} (once; it is kept for later)`);
  try {
    await intoFolder(folder, async (fresh) => {
      await runScript(fresh, version, patience);
      const [downloaded] = readdirSync(fresh);
      if (downloaded === undefined) throw new Error('nothing was downloaded');
      renameSync(join(fresh, downloaded), join(fresh, 'temporal'));
      chmodSync(join(fresh, 'temporal'), 0o755);
    });
    return true;
  } catch (error) {
    log(`temporal could not be downloaded, and is built instead: ${(error as Error).message}`);
    return false;
  }
}

/** The SDK writes beside the program's place as soon as a byte comes: an empty folder is a download that did not begin. */
function runScript(fresh: string, version: string, { begin, whole }: TemporalPatience): Promise<void> {
  const args = ['-e', SCRIPT, require.resolve('@temporalio/testing'), `v${version}`, fresh];
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env } });
  return new Promise((resolve, reject) => {
    let why = "it can't be reached";
    const giveUp = (ms: number, reason: string): void => {
      why = `${reason} within ${ms / 1000} s`;
      child.kill('SIGKILL');
    };
    const timers = [
      setTimeout(() => readdirSync(fresh).length === 0 && giveUp(begin, 'no answer'), begin),
      setTimeout(() => giveUp(whole, 'it did not come'), whole),
    ];
    child.once('error', reject);
    child.once('close', (code) => {
      timers.forEach((timer) => clearTimeout(timer));
      if (code === 0) resolve();
      else reject(new Error(why));
    });
  });
}
