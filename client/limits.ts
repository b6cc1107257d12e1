/** The limits of `transferSlots`: asked of it where it runs, else of what Temporal keeps beside its last run. */
import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { TRANSFER_SLOTS_QUEUE } from '../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../plan/workflow-ids';
import { readLimitsRecord } from '../workflows/inputs';
import {
  limitsOf,
  viewOfLimits,
  type LimitsAnswer,
  type LimitsView,
} from '../workflows/transfer-slots/limits';
import {
  LIMITS_MEMO,
  limitsQuery,
  setLimitsUpdate,
  type LimitsRequest,
} from '../workflows/transfer-slots/messages';
import { defaultLimits } from '../workflows/transfer-slots/resources';
import { sayWord } from './operator-word';
import { queryState } from './query-state';
import { WORKFLOW_TYPES } from './workflow-types';

export interface ReadLimits extends LimitsView {
  /** Whether `transferSlots` itself said so. Otherwise nobody knows what is in use. */
  isLive: boolean;
}

const NEVER_RAN =
  'no migration has asked for a slot yet, and nobody has set a limit, as far as Temporal remembers: these are the defaults';
const NOT_RUNNING = 'transferSlots does not run now; it begins with these limits when a migration asks';
const NO_WORKER = 'no worker answers, so what is in use is not known; start one: drover worker';

export async function readLimits(client: Client): Promise<ReadLimits> {
  const known = await describe(client);
  if (known === null) return keptLimits(undefined, NEVER_RAN);
  if (!known.isRunning) return keptLimits(known.record, NOT_RUNNING);
  const view = await queryState(client, limitsQuery, TRANSFER_SLOTS_ID);
  return view === null ? keptLimits(known.record, NO_WORKER) : { ...view, isLive: true };
}

/** Begins with it, where no migration has asked for slots yet. */
export function setLimits(client: Client, request: LimitsRequest): Promise<LimitsAnswer> {
  const start = new WithStartWorkflowOperation(WORKFLOW_TYPES.transferSlots, {
    workflowId: TRANSFER_SLOTS_ID,
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue: TRANSFER_SLOTS_QUEUE,
    args: [{}],
  });
  return sayWord(client, TRANSFER_SLOTS_ID, () =>
    client.workflow.executeUpdateWithStart(setLimitsUpdate, {
      startWorkflowOperation: start,
      args: [request],
    }),
  );
}

async function describe(client: Client): Promise<{ isRunning: boolean; record: unknown } | null> {
  try {
    const { status, memo } = await client.workflow.getHandle(TRANSFER_SLOTS_ID).describe();
    return { isRunning: status.name === 'RUNNING', record: memo?.[LIMITS_MEMO] };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function keptLimits(record: unknown, note: string): ReadLimits {
  const { value } = readLimitsRecord(record);
  const limits = value === undefined ? defaultLimits() : limitsOf(value.limits);
  return { ...viewOfLimits(limits, null, { decisions: value?.decisions ?? [], note }), isLive: false };
}
