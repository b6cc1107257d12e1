/**
 * The workflows' code as one file, made when Drover is built: a worker starts at once, and each of them runs the
 * very same code. `node dist/workers/bundle.js` writes `dist/workflow-bundle.js`.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WorkerOptions, DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const BUNDLE_FILE = join(__dirname, '..', 'workflow-bundle.js');

/** The folder, so that it is found as TypeScript and as JavaScript. */
export const workflowsPath = (): string => require.resolve('../workflows');

/**
 * Loaded once for all workflows of a process, since a schema library of its own would cost each of them more than all
 * the rest does: see docs/decisions/0017.
 */
export const preloadModules = (): string[] => [require.resolve('../workflows/inputs')];

/** The bundle where Drover was built; from sources, as in tests, the worker bundles for itself. */
export function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  return existsSync(BUNDLE_FILE)
    ? { workflowBundle: { codePath: BUNDLE_FILE } }
    : { workflowsPath: workflowsPath(), bundlerOptions: { preloadModules: preloadModules() } };
}

async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowsPath(),
    preloadModules: preloadModules(),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(BUNDLE_FILE, code);
}

if (require.main === module) void writeBundle();
