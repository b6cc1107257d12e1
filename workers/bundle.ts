/**
 * The workflows' code as one file, made when Drover is built: a worker starts at once, and each of them runs the
 * very same code. `node dist/workers/bundle.js` writes `dist/workflow-bundle.js`, and `dist/versioned-workflow-bundle.js` for
 * workers that have a version.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type WorkerOptions, DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

const bundleFile = (isVersioned: boolean): string =>
  join(__dirname, '..', isVersioned ? 'versioned-workflow-bundle.js' : 'workflow-bundle.js');

/** The folder, or a file in it, so that it is found as TypeScript and as JavaScript. */
export const workflowsPath = (isVersioned = false): string =>
  require.resolve(isVersioned ? '../workflows/versioned' : '../workflows');

/**
 * Loaded once for all workflows of a process, since a schema library of its own would cost each of them more than all
 * the rest does: see docs/decisions/0017.
 */
export const preloadModules = (): string[] => [require.resolve('../workflows/inputs')];

/** The bundle where Drover was built; from sources, as in tests, the worker bundles for itself. */
export function workflowSource(
  isVersioned = false,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const codePath = bundleFile(isVersioned);
  return existsSync(codePath)
    ? { workflowBundle: { codePath } }
    : { workflowsPath: workflowsPath(isVersioned), bundlerOptions: { preloadModules: preloadModules() } };
}

async function writeBundle(isVersioned: boolean): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowsPath(isVersioned),
    preloadModules: preloadModules(),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(bundleFile(isVersioned), code);
}

if (require.main === module) void writeBundle(false).then(() => writeBundle(true));
