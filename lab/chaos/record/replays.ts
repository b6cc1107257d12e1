/** Replays histories with the `drover` command, as a user would. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagePath } from '../../package-path';
import type { Replay } from '../check/facts';
import type { RecordedHistory } from './histories';

/** Leaves the histories in `dir`, a file each. */
export function replayAll(dir: string, histories: readonly RecordedHistory[]): Promise<Replay[]> {
  mkdirSync(dir, { recursive: true });
  for (const [place, { workflowId, history }] of histories.entries())
    writeFileSync(join(dir, `${place}.json`), JSON.stringify({ workflowId, ...history }));
  const args = [packagePath('dist', 'client', 'drover.js'), 'replay', '-f', dir, '--output', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Replay[]);
      } catch {
        reject(new Error(`drover replay failed (${error?.code}): ${stderr}`));
      }
    });
  });
}
