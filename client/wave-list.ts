/** Runs of plans, from Temporal's visibility alone: no worker is asked, and nothing is asked per wave. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { searchAttributes } from '../workflows/temporal-api';
import { closedAs } from './closed-as';
import { setupMissing } from './vm-list';
import { WORKFLOW_TYPES } from './workflow-types';

/** One run of a plan. */
export interface WaveListEntry {
  /** `namespace/name`. */
  plan: string;
  workflowId: string;
  runId: string;
  /** Null while it goes on. */
  outcome: 'succeeded' | 'failed' | 'cancelled' | 'terminated' | null;
  /** What holds it until an operator says so: `paused`, `gate`, `canary`, `group`; null where nothing does. */
  heldBy: string | null;
  startedAt: string;
  endedAt: string | null;
}

export interface WaveListOptions {
  /** Only those that go on. */
  running?: boolean;
  /** At most so many, the newest; default all that Temporal keeps. */
  limit?: number;
}

/** Newest first: the order of visibility. Its pages are asked for as far as they are needed. */
export async function listWaves(client: Client, options: WaveListOptions = {}): Promise<WaveListEntry[]> {
  const { running = false, limit = Number.POSITIVE_INFINITY } = options;
  const query = [
    `WorkflowType = '${WORKFLOW_TYPES.migrateWave}'`,
    // A long wave goes on in a new run: its former runs are no waves of their own.
    `ExecutionStatus != 'ContinuedAsNew'`,
    ...(running ? [`ExecutionStatus = 'Running'`] : []),
  ].join(' AND ');
  const waves: WaveListEntry[] = [];
  try {
    for await (const info of client.workflow.list({ query })) {
      if (waves.push(waveEntry(info)) >= limit) break;
    }
  } catch (error) {
    throw setupMissing(error);
  }
  return waves;
}

const ID_PREFIX = 'migrate/';

function waveEntry(info: WorkflowExecutionInfo): WaveListEntry {
  const attributes = info.typedSearchAttributes;
  const goesOn = info.status.name === 'RUNNING';
  return {
    plan: attributes.get(searchAttributes.plan) ?? info.workflowId.replace(ID_PREFIX, ''),
    workflowId: info.workflowId,
    runId: info.runId,
    outcome: outcomeOf(info),
    heldBy: goesOn ? (attributes.get(searchAttributes.attention) ?? null) : null,
    startedAt: startOf(info),
    endedAt: info.closeTime?.toISOString() ?? null,
  };
}

/** Of its first run. */
function startOf({ memo, startTime }: WorkflowExecutionInfo): string {
  return typeof memo?.startedAt === 'string' ? memo.startedAt : startTime.toISOString();
}

function outcomeOf(info: WorkflowExecutionInfo): WaveListEntry['outcome'] {
  const end = closedAs(info);
  if (end !== 'completed') return end;
  return info.typedSearchAttributes.get(searchAttributes.outcome) === 'succeeded' ? 'succeeded' : 'failed';
}
