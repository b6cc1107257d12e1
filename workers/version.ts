/** The version of a worker's process, as far as the Temporal server knows versions (docs/decisions/0033). */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import type { Services } from '../client/services';
import { readRouting } from '../client/versions/routing';

interface VersionToUse {
  /** False: the worker has none. */
  isUsed: boolean;
  options: Pick<WorkerOptions, 'workerDeploymentOptions'>;
  /** For the log. */
  shown: { deployment?: string; build?: string };
  /** What an operator should know before the worker takes work; null: nothing. */
  note: string | null;
}

const NONE: VersionToUse = { isUsed: false, options: {}, shown: {}, note: null };

/** A worker never makes its own version the current one: who starts a worker need not be who upgrades. */
export async function versionToUse(
  version: WorkerDeploymentVersion | null,
  temporal: Services,
  namespace: string,
): Promise<VersionToUse> {
  if (version === null) return NONE;
  const { deploymentName: deployment, buildId: build } = version;
  const routing = await readRouting(temporal, namespace, deployment);
  if (routing === null)
    return {
      ...NONE,
      note: `this Temporal server has no worker versions: the worker runs without, and DROVER_BUILD_ID=${build} has no effect; upgrade all workers together`,
    };
  const waits = `version ${build} of deployment ${deployment} is not the current one: it takes no new work until: drover versions set-current ${build}`;
  return {
    isUsed: true,
    // Each workflow says for itself what it does: see workflows/versioning.ts.
    options: {
      workerDeploymentOptions: {
        version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    },
    shown: { deployment, build },
    note: routing.current === build || routing.ramping === build ? null : waits,
  };
}
