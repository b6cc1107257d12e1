/** The workflows, bundled once for all test files of a run. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { preloadModules } from '../../workers/bundle';

const ROOT = resolve(__dirname, '../..');
/** Everything that a bundle is made of, but for packages, which the lock file pins. */
const SOURCES = ['workflows', 'plan', 'workers/bundle.ts', 'package-lock.json'];

/**
 * Path of the bundle of the sources as they are now.
 * @param entry `versioned`: for workers that have a version
 */
export async function workflowBundle(entry: 'index' | 'versioned' = 'index'): Promise<string> {
  const path = join(tmpdir(), `drover-workflows-${entry}-${fingerprint()}.js`);
  if (existsSync(path)) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(ROOT, `workflows/${entry}.ts`),
    preloadModules: preloadModules(),
    logger: { ...console, log: () => {}, trace: () => {}, debug: () => {}, info: () => {} },
  });
  // Several test files may get here at once: each writes its own, the last to rename wins, all are the same.
  const own = `${path}.${process.pid}`;
  writeFileSync(own, code);
  renameSync(own, path);
  return path;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesIn(join(ROOT, source))) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
