/** The limits that a former `transferSlots` left: Temporal keeps them beside each run, as long as it keeps the run. */
import { Context, heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowExecutionInfo } from '@temporalio/client';
import { TRANSFER_SLOTS_ID } from '../plan/workflow-ids';
import type { FormerLimits } from './interfaces';

/** Runs that are looked at, newest first. One that was refused at its start has left nothing. */
const MOST_RUNS = 50;

/**
 * Of the newest run before the one that asks. Lists may be some seconds old, so each run is looked up by itself.
 * @throws what Temporal answers
 */
export async function readFormerLimits(): Promise<FormerLimits> {
  const { client, info } = Context.current();
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = '${TRANSFER_SLOTS_ID}'` })) {
    if (run.runId !== info.workflowExecution?.runId) runs.push(run);
    if (runs.length >= MOST_RUNS) break;
  }
  runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
  for (const { runId } of runs) {
    const record = await recordOf(runId);
    if (record !== undefined) return { isKnown: true, record };
    heartbeat();
  }
  return { isKnown: runs.length > 0, record: null };
}

/** Undefined where it has none, or is forgotten by now. */
async function recordOf(runId: string): Promise<unknown> {
  try {
    const { memo } = await Context.current().client.workflow.getHandle(TRANSFER_SLOTS_ID, runId).describe();
    return memo?.['limits'];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
