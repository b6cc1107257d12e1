/** Which migrations that hold transfer slots live: Temporal's own records, asked by the worker's client. */
import { Context, heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { inParallel } from './in-parallel';
import type { SlotHolder } from './interfaces';

/** Migrations that are described at once. */
const DESCRIBED_AT_ONCE = 10;

const LIVING = "WorkflowType = 'migrateVm' AND ExecutionStatus = 'Running'";

/**
 * Those of the holders that have ended for sure. A list may be some seconds old: whoever it does not show is looked up
 * one by one, and whoever it still shows after its end is found the next time.
 *
 * @throws what Temporal answers: nobody is gone because it could not be asked
 */
export async function findGoneHolders(holders: readonly SlotHolder[]): Promise<SlotHolder[]> {
  const living = new Set<string>();
  for await (const { workflowId, runId } of Context.current().client.workflow.list({ query: LIVING })) {
    living.add(idOf({ workflowId, runId }));
    heartbeat();
  }
  // One that was reset runs under another run id than its first: it is looked up each time.
  const unseen = holders.filter((holder) => !living.has(idOf(holder)));
  const ended = await inParallel(unseen, DESCRIBED_AT_ONCE, hasEnded);
  return unseen.filter((_, place) => ended[place]);
}

/**
 * Signals every migration that runs: it is to say what it holds and wants. One that ends meanwhile has nothing to say.
 * @returns when the oldest of them began, ISO 8601; null where none runs
 * @throws what Temporal answers
 */
export async function askAllAgain(): Promise<string | null> {
  const { workflow } = Context.current().client;
  let oldest: string | null = null;
  for await (const { workflowId, startTime } of workflow.list({ query: LIVING })) {
    const began = startTime.toISOString();
    if (oldest === null || began < oldest) oldest = began;
    try {
      await workflow.getHandle(workflowId).signal('askForSlotsAgain');
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    heartbeat();
  }
  return oldest;
}

/** Its workflow has closed or is forgotten, or another migration runs under its id. */
async function hasEnded({ workflowId, runId }: SlotHolder): Promise<boolean> {
  heartbeat();
  try {
    const current = await Context.current().client.workflow.getHandle(workflowId).describe();
    return current.status.name !== 'RUNNING' || firstRunOf(current) !== runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

/** Stays through a reset. */
function firstRunOf({ raw, runId }: WorkflowExecutionDescription): string {
  return raw.workflowExecutionInfo?.firstRunId || runId;
}

function idOf({ workflowId, runId }: SlotHolder): string {
  return `${workflowId} ${runId}`;
}
