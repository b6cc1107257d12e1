/** Temporal's command line as the SDK's testing package downloads it, where the internet can be reached. */
import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log';
import { intoFolder } from './build';

const TIMEOUT_MS = 90_000;

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
export async function downloadTemporal(folder: string, version: string, log: Log): Promise<boolean> {
  log(`downloading temporal ${version} (once; it is kept for later)`);
  try {
    await intoFolder(folder, async (fresh) => {
      const args = ['-e', SCRIPT, require.resolve('@temporalio/testing'), `v${version}`, fresh];
      await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
      const [downloaded] = readdirSync(fresh);
      if (downloaded === undefined) {
        throw new Error('nothing was downloaded');
      }
      renameSync(join(fresh, downloaded), join(fresh, 'temporal'));
      chmodSync(join(fresh, 'temporal'), 0o755);
    });
    return true;
  } catch {
    log('temporal could not be downloaded');
    return false;
  }
}
