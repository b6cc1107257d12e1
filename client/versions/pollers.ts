/** Who polls a task queue, and who of them is given new work. */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { UNVERSIONED } from '../../plan/task-queue';
import type { Services } from '../services';

/** `TaskQueueType` and `WorkerVersioningMode` of Temporal's API, by number. */
const WORKFLOW_TASK_QUEUE = 1;
const VERSIONED = 2;

/**
 * A worker polls at least once a minute, and the server remembers a dead worker for five minutes. A worker that has not
 * polled for this time is gone.
 */
const POLLER_SILENCE_MS = 75_000;

export interface Poller {
  /** As Temporal knows the worker's process: `pid@host`. */
  identity: string;
  /** Null: it has none. */
  version: WorkerDeploymentVersion | null;
}

export interface Pollers {
  /** Workers that were seen lately. */
  pollers: Poller[];
  /** Whether workers of a version, or those without one, are given what is started now. */
  isCurrent(version: WorkerDeploymentVersion | null): boolean;
  /** Percent of what is started now that goes to a version which is not the current one. */
  rampOf(version: WorkerDeploymentVersion | null): number;
}

export async function readPollers(
  { workflowService }: Services,
  namespace: string,
  taskQueue: string,
): Promise<Pollers> {
  const described = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASK_QUEUE,
  });
  const oldest = Date.now() - POLLER_SILENCE_MS;
  const pollers = (described.pollers ?? [])
    .filter(({ lastAccessTime }) => (optionalTsToMs(lastAccessTime) ?? 0) >= oldest)
    .map(({ identity, deploymentOptions }) => ({
      identity: identity ?? '',
      version:
        deploymentOptions?.workerVersioningMode === VERSIONED
          ? {
              deploymentName: deploymentOptions.deploymentName ?? '',
              buildId: deploymentOptions.buildId ?? '',
            }
          : null,
    }));
  const { currentDeploymentVersion, rampingDeploymentVersion, rampingVersionPercentage } =
    described.versioningInfo ?? {};
  const current = named(currentDeploymentVersion);
  const ramping = named(rampingDeploymentVersion);
  return {
    pollers,
    isCurrent: (version) => versionName(version) === current,
    rampOf: (version) => (versionName(version) === ramping ? (rampingVersionPercentage ?? 0) : 0),
  };
}

function named(version: Parameters<typeof nameOf>[0] | null | undefined): string {
  return version == null ? UNVERSIONED : nameOf(version);
}

/** As Temporal and its tools write it; of none, the word for it. */
export function versionName(version: WorkerDeploymentVersion | null): string {
  return version === null ? UNVERSIONED : nameOf(version);
}

export function nameOf(version: { deploymentName?: string | null; buildId?: string | null }): string {
  return `${version.deploymentName ?? ''}:${version.buildId ?? ''}`;
}
