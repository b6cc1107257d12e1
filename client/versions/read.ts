/** Versions of workers, and what runs on them: from Temporal alone, no worker is asked. */
import type { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { TRANSFER_SLOTS_QUEUE } from '../../plan/task-queue';
import type { QueueClient } from '../short-workflows';
import { WORKFLOW_TYPES } from '../workflow-types';
import { nameOf, readPollers, versionName, type Poller } from './pollers';
import { mayRetire, type RunningCount, type VersionStatus } from './retire';
import { hasVersions, nothingYet } from './routing';

export interface WorkerVersion {
  deployment: string;
  build: string;
  status: VersionStatus;
  /** Share of what is started that goes to it; null where it is not ramping. */
  rampPercent: number | null;
  /** Workers that poll the task queue now, as Temporal knows them: `pid@host`. */
  workers: string[];
  /** Of types of which any run. */
  running: RunningCount[];
  /** Whether its workers may be stopped for good, and why. */
  mayRetire: boolean;
  why: string;
}

export interface WorkerVersions {
  taskQueue: string;
  /** False: this Temporal server has no versions. */
  isVersioned: boolean;
  /** What takes new work first; then the newest first. */
  versions: WorkerVersion[];
  /** Workers without a version; `isCurrent`: they are given new work. */
  unversioned: { isCurrent: boolean; workers: string[]; running: RunningCount[] };
}

/** Of the workers of one task queue. */
export async function readVersions({ client, taskQueue }: QueueClient): Promise<WorkerVersions> {
  const { namespace } = client.options;
  const { pollers, isCurrent } = await readPollers(client.connection, namespace, taskQueue);
  const isVersioned = await hasVersions(client.connection, namespace);
  const versions = isVersioned ? await versionsOf(client, taskQueue, pollers) : [];
  // Without versions, Temporal does not know the search attribute.
  const none = isVersioned ? [`TemporalWorkerDeploymentVersion IS NULL`] : [];
  const queues = `TaskQueue IN (${[taskQueue, TRANSFER_SLOTS_QUEUE].map(quoted).join(', ')})`;
  return {
    taskQueue,
    isVersioned,
    versions,
    unversioned: {
      isCurrent: isCurrent(null),
      workers: identities(pollers, null),
      running: await countRunning(client, [...none, queues]),
    },
  };
}

function identities(pollers: readonly Poller[], version: WorkerDeploymentVersion | null): string[] {
  const of = pollers.filter((poller) => versionName(poller.version) === versionName(version));
  return [...new Set(of.map(({ identity }) => identity))].sort();
}

// ---- Versions -----------------------------------------------------------------------------------------------

type Info = NonNullable<
  Awaited<
    ReturnType<Client['workflowService']['describeWorkerDeploymentVersion']>
  >['workerDeploymentVersionInfo']
>;

/** `WorkerDeploymentVersionStatus` of Temporal's API, by number. */
const STATUSES: readonly VersionStatus[] = [
  'inactive',
  'inactive',
  'current',
  'ramping',
  'draining',
  'drained',
];

/** Those whose workers poll the task queue, or did. */
async function versionsOf(
  client: Client,
  taskQueue: string,
  pollers: readonly Poller[],
): Promise<WorkerVersion[]> {
  const infos = (await inAll(client, pollers)).filter(({ taskQueueInfos }) =>
    taskQueueInfos?.some(({ name }) => name === taskQueue),
  );
  const sorted = infos.sort((a, b) => rank(a) - rank(b) || createdMs(b) - createdMs(a));
  return Promise.all(sorted.map((info) => versionOf(client, info, pollers)));
}

async function inAll(client: Client, pollers: readonly Poller[]): Promise<Info[]> {
  const { workflowService } = client;
  const { namespace } = client.options;
  const infos: Info[] = [];
  for (const deploymentName of await deploymentNames(client, pollers)) {
    const deployment = await workflowService
      .describeWorkerDeployment({ namespace, deploymentName })
      .catch(nothingYet);
    for (const { deploymentVersion } of deployment?.workerDeploymentInfo?.versionSummaries ?? []) {
      const version = await workflowService
        .describeWorkerDeploymentVersion({ namespace, deploymentVersion })
        .catch(nothingYet);
      if (version?.workerDeploymentVersionInfo != null) infos.push(version.workerDeploymentVersionInfo);
    }
  }
  return infos;
}

/** The server lists deployments by what it has indexed, and may miss one for a moment: those of workers that poll are known. */
async function deploymentNames(
  { workflowService, options: { namespace } }: Client,
  pollers: readonly Poller[],
): Promise<Set<string>> {
  const names = new Set(pollers.flatMap(({ version }) => (version === null ? [] : [version.deploymentName])));
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.listWorkerDeployments({ namespace, pageSize: 100, nextPageToken });
    for (const { name } of page.workerDeployments ?? []) names.add(name ?? '');
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  return names;
}

async function versionOf(client: Client, info: Info, pollers: readonly Poller[]): Promise<WorkerVersion> {
  const version = {
    deploymentName: info.deploymentVersion?.deploymentName ?? '',
    buildId: info.deploymentVersion?.buildId ?? '',
  };
  const status = statusOf(info);
  const rampPercent = status === 'ramping' ? (info.rampPercentage ?? 0) : null;
  const where = `TemporalWorkerDeploymentVersion = ${quoted(nameOf(version))}`;
  const running = await countRunning(client, [where]);
  return {
    deployment: version.deploymentName,
    build: version.buildId,
    status,
    rampPercent,
    workers: identities(pollers, version),
    running,
    ...mayRetire({ status, rampPercent, running }),
  };
}

function statusOf({ status }: Info): VersionStatus {
  return STATUSES[status ?? 0] ?? 'inactive';
}

const ORDER: readonly VersionStatus[] = ['current', 'ramping'];

function rank(info: Info): number {
  const at = ORDER.indexOf(statusOf(info));
  return at === -1 ? ORDER.length : at;
}

function createdMs({ createTime }: Info): number {
  return optionalTsToMs(createTime) ?? 0;
}

// ---- What runs ----------------------------------------------------------------------------------------------

async function countRunning(client: Client, where: readonly string[]): Promise<RunningCount[]> {
  const count = async (...more: string[]) => {
    const query = [...where, `ExecutionStatus = 'Running'`, ...more].join(' AND ');
    return (await client.workflow.count(query)).count;
  };
  if ((await count()) === 0) return [];
  const counts = await Promise.all(
    Object.values(WORKFLOW_TYPES).map(async (workflow) => {
      const ofType = `WorkflowType = ${quoted(workflow)}`;
      const all = await count(ofType);
      const pinned = all === 0 ? 0 : await count(ofType, `TemporalWorkflowVersioningBehavior = 'Pinned'`);
      return { workflow, pinned, following: all - pinned };
    }),
  );
  return counts.filter(({ pinned, following }) => pinned + following > 0);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
