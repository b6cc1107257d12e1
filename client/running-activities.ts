/** What activities do right now, as their heartbeats say: never from history, never by asking the worker. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { readDiskId } from '../plan/workflow-ids';
import { activityProgressSchema } from './schemas/progress';
import type { ActivityProgress } from '../activities/interfaces';
import { whyAgain } from './why-again';
import { WORKFLOW_TYPES } from './workflow-types';

/** One pending activity of a migration. */
export interface RunningActivity {
  /** Activity type: `awaitImport`. */
  activity: string;
  /** vSphere's device key, where the step is about one disk. */
  diskKey: number | null;
  /** 1 at first. */
  attempt: number;
  /** ISO 8601; null while no worker has taken it. */
  startedAt: string | null;
  heartbeatAt: string | null;
  progress: ActivityProgress | null;
  /** Why it runs for another time; null at the first. */
  lastFailure: string | null;
}

type RawActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The VM's own activities and those of its disks that are being copied: one call, and one for each such disk. */
export async function readRunningActivities(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<RunningActivity[]> {
  const own = await runningOf(client, description, null);
  const copies = (description.raw.pendingChildren ?? []).filter(
    (child) => child.workflowTypeName === WORKFLOW_TYPES.copyDisk && child.workflowId != null,
  );
  const ofDisks = await Promise.all(copies.map((child) => runningOfDisk(client, child.workflowId ?? '')));
  return [...own, ...ofDisks.flat()];
}

async function runningOfDisk(client: Client, workflowId: string): Promise<RunningActivity[]> {
  const description = await client.workflow.getHandle(workflowId).describe();
  return runningOf(client, description, readDiskId(workflowId)?.diskKey ?? null);
}

function runningOf(
  client: Client,
  { raw }: WorkflowExecutionDescription,
  diskKey: number | null,
): Promise<RunningActivity[]> {
  return Promise.all(
    (raw.pendingActivities ?? []).map(async (activity) => ({
      activity: activity.activityType?.name ?? '',
      diskKey,
      attempt: activity.attempt ?? 1,
      startedAt: isoTime(activity.lastStartedTime),
      heartbeatAt: isoTime(activity.lastHeartbeatTime),
      progress: await readProgress(client, activity),
      lastFailure: activity.lastFailure == null ? null : whyAgain(activity.lastFailure),
    })),
  );
}

/** Null for a step that has not reported, or reports something else (another version's worker). */
async function readProgress(
  client: Client,
  { heartbeatDetails }: RawActivity,
): Promise<ActivityProgress | null> {
  const converter = client.workflow.options.loadedDataConverter;
  const [details] = await decodeArrayFromPayloads(converter, heartbeatDetails?.payloads);
  const parsed = activityProgressSchema.safeParse(details);
  return parsed.success ? parsed.data : null;
}

function isoTime(timestamp: Parameters<typeof optionalTsToMs>[0]): string | null {
  const ms = optionalTsToMs(timestamp);
  return ms === undefined || ms === 0 ? null : new Date(ms).toISOString();
}
