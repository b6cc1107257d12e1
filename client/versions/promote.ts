/** Says which version of the workers is given new work. */
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { TRANSFER_SLOTS_QUEUE, UNVERSIONED, deploymentOf } from '../../plan/task-queue';
import { DroverError, GRPC, grpcCode } from '../errors';
import type { QueueClient } from '../short-workflows';
import { readPollers, versionName } from './pollers';
import { hasVersions, noVersions } from './routing';

export interface Promotion {
  /** Build id, or `unversioned`: workers without a version. */
  build: string;
  /** Default: the name of the task queue, with dashes for dots. */
  deployment?: string;
  /** Only this share of what is started, 0 to 100; the current version stays the current one. Absent: all. */
  rampPercent?: number;
}

export interface Promoted {
  deployment: string;
  build: string;
  /** Null: it is the current version. */
  rampPercent: number | null;
}

/** Milliseconds. The server tells the queues of a change in its own time, and reports no end of that. */
const TOLD_MS = 30_000;
const LOOK_EVERY_MS = 200;

/**
 * A version without a worker is refused: nothing would go on. Resolves when what is started goes where it was said; of a
 * server that is very slow, before.
 *
 * @throws `NotFound`, `Refused`
 */
export async function promote(queue: QueueClient, promotion: Promotion): Promise<Promoted> {
  const { client, taskQueue } = queue;
  const { build, deployment = deploymentOf(taskQueue), rampPercent } = promotion;
  const { namespace, identity } = client.options;
  if (!(await hasVersions(client.connection, namespace))) throw noVersions();
  if (rampPercent !== 0) await requirePollers(queue, { deployment, build });
  const buildId = build === UNVERSIONED ? '' : build;
  const request = { namespace, deploymentName: deployment, buildId, identity };
  const { workflowService } = client;
  try {
    if (rampPercent === undefined) await workflowService.setWorkerDeploymentCurrentVersion(request);
    else await workflowService.setWorkerDeploymentRampingVersion({ ...request, percentage: rampPercent });
  } catch (error) {
    throw refusal(error);
  }
  await untilTold(queue, versionOf(deployment, build), rampPercent);
  return { deployment, build, rampPercent: rampPercent ?? null };
}

function versionOf(deploymentName: string, build: string): WorkerDeploymentVersion | null {
  return build === UNVERSIONED ? null : { deploymentName, buildId: build };
}

async function untilTold(
  { client, taskQueue }: QueueClient,
  version: WorkerDeploymentVersion | null,
  rampPercent: number | undefined,
): Promise<void> {
  for (const end = Date.now() + TOLD_MS; Date.now() < end; await delay(LOOK_EVERY_MS)) {
    const known = await readPollers(client.connection, client.options.namespace, taskQueue);
    if (rampPercent === undefined ? known.isCurrent(version) : known.rampOf(version) === rampPercent) return;
  }
}

/** A worker's process polls all of its queues, or none. */
async function requirePollers(
  { client, taskQueue }: QueueClient,
  { deployment, build }: { deployment: string; build: string },
): Promise<void> {
  const version = versionOf(deployment, build);
  const { namespace } = client.options;
  for (const queue of [taskQueue, TRANSFER_SLOTS_QUEUE]) {
    const { pollers } = await readPollers(client.connection, namespace, queue);
    if (pollers.some((poller) => versionName(poller.version) === versionName(version))) continue;
    const there = [...new Set(pollers.map((poller) => versionName(poller.version)))].sort();
    const seen = there.length === 0 ? 'no worker polls it' : `workers of ${there.join(', ')} poll it`;
    throw new DroverError(
      'NotFound',
      `no worker of version ${versionName(version)} polls task queue "${queue}": ${seen}; start its workers first`,
    );
  }
}

/** What the server itself says no to, for example because a worker of the version has yet to poll a queue. */
function refusal(error: unknown): unknown {
  const code = grpcCode(error);
  if (code !== GRPC.failedPrecondition && code !== GRPC.notFound && code !== GRPC.invalidArgument)
    return error;
  const said = error instanceof Error ? error.message.replace(/^\d+ [A-Z_]+: /, '') : 'it did not say why';
  return new DroverError('Refused', `Temporal refuses the version: ${said}`, { cause: error });
}
