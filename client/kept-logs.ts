/**
 * Logs of failed attempts: details of the very failures in the histories of their disks' workflows. They live as long as
 * the migration's own record, and no worker is needed to read them.
 */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { z } from 'zod';
import { WORKFLOW_TYPES } from './workflow-types';

export interface KeptLog {
  /** Counts over the whole migration. */
  attempt: number;
  /** Failure kind of the attempt. */
  kind: string;
  /** Oldest first. */
  lines: string[];
}

/** Runs of one disk's workflow: the first, and one for each retry. */
const MOST_RUNS = 50;

const requestSchema = z.object({ attempt: z.number() });
const evidenceSchema = z.object({ log: z.array(z.string()) });

/** @param since when the migration began, ISO 8601: an earlier one of the same VM has the same ids. Oldest first. */
export async function readKeptLogs(
  client: Client,
  diskWorkflowId: string,
  since: string,
): Promise<KeptLog[]> {
  const logs: KeptLog[] = [];
  for (const runId of await runsOf(client, diskWorkflowId, since)) {
    const { events } = await client.workflow.getHandle(diskWorkflowId, runId).fetchHistory();
    logs.push(...(await logsOf(client, events ?? [])));
  }
  return logs.sort((one, other) => one.attempt - other.attempt);
}

async function runsOf(client: Client, workflowId: string, since: string): Promise<string[]> {
  const query = `WorkflowType = '${WORKFLOW_TYPES.copyDisk}' AND WorkflowId = '${workflowId}' AND StartTime >= '${since}'`;
  const runs: string[] = [];
  for await (const { runId } of client.workflow.list({ query })) {
    runs.push(runId);
    if (runs.length === MOST_RUNS) break;
  }
  return runs;
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

async function logsOf(client: Client, events: readonly HistoryEvent[]): Promise<KeptLog[]> {
  const scheduled = new Map(
    events.map((event) => [String(event.eventId), event.activityTaskScheduledEventAttributes]),
  );
  const logs = events.map(async ({ activityTaskFailedEventAttributes: failed }) => {
    const failure = failed?.failure?.applicationFailureInfo;
    const request = scheduled.get(String(failed?.scheduledEventId));
    if (failure == null || request == null) return null;
    const attempt = requestSchema.safeParse(await first(client, request.input?.payloads));
    const evidence = evidenceSchema.safeParse(await first(client, failure.details?.payloads));
    if (!attempt.success || !evidence.success) return null;
    return { attempt: attempt.data.attempt, kind: failure.type ?? '', lines: evidence.data.log };
  });
  return (await Promise.all(logs)).filter((log) => log !== null);
}

type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];

async function first(client: Client, payloads: Payloads): Promise<unknown> {
  const [value] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  return value;
}
