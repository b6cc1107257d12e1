/** How large histories became, by type of workflow: Temporal ends a workflow whose history is too large. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';

/** Of one type of workflow. */
export interface HistorySizes {
  type: string;
  /** Runs: a workflow that continues as new has several. */
  runs: number;
  mostEvents: number;
  mostBytes: number;
  /** Of all runs together. */
  events: number;
  bytes: number;
}

/** Of all workflows that began between the two times, and of those that still run. */
export async function historySizes(client: Client, from: Date, to: Date): Promise<HistorySizes[]> {
  const sizes = new Map<string, HistorySizes>();
  const query = `StartTime >= '${from.toISOString()}' AND StartTime <= '${to.toISOString()}'`;
  const began = client.workflow.list({ query: `${query} AND ExecutionStatus != 'Running'` });
  for await (const info of began) add(sizes, info);
  // Visibility learns the size of a history when its workflow ends.
  for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
    add(sizes, await client.workflow.getHandle(workflowId, runId).describe());
  return [...sizes.values()].sort((one, other) => other.mostEvents - one.mostEvents);
}

function add(
  sizes: Map<string, HistorySizes>,
  info: Pick<WorkflowExecutionInfo, 'type' | 'historyLength' | 'historySize'>,
): void {
  const { type, historyLength, historySize = 0 } = info;
  const so = sizes.get(type) ?? { type, runs: 0, mostEvents: 0, mostBytes: 0, events: 0, bytes: 0 };
  sizes.set(type, {
    type,
    runs: so.runs + 1,
    mostEvents: Math.max(so.mostEvents, historyLength),
    mostBytes: Math.max(so.mostBytes, historySize),
    events: so.events + historyLength,
    bytes: so.bytes + historySize,
  });
}
