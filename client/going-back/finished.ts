/** Migrations that have succeeded, as far as somebody needs to know them before they go back, or never can. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { VmResult } from '../../workflows/temporal-api';
import { DroverError } from '../errors';
import type { VmListEntry } from '../vm-list';

export interface FinishedVm {
  workflowId: string;
  vm: string;
  plan: string;
  /** Of the migration. */
  runId: string;
  taskQueue: string;
  target: { namespace: string; name: string };
  /** Since when its target runs, by the record of the migration, ISO 8601; null where Drover did not start it. */
  targetRunningAt: string | null;
  /** Whether the source ran before it. */
  sourceRan: boolean;
}

/** The run of the VM's last success; null where none is known. */
export function lastSuccess({ runId, outcome, earlier }: VmListEntry): string | null {
  if (outcome === 'succeeded') return runId;
  return earlier?.find((run) => run.outcome === 'succeeded')?.runId ?? null;
}

/** @throws `Refused` where the VM goes on, or no success of it is known */
export async function readFinished(client: Client, entry: VmListEntry): Promise<FinishedVm> {
  const { workflowId, vm, plan } = entry;
  if (entry.outcome === null)
    throw new DroverError('Refused', `a workflow of ${vm} runs; look at it: drover status ${workflowId}`);
  const runId = lastSuccess(entry);
  if (runId === null)
    throw new DroverError('Refused', `Temporal keeps no record of a migration of ${vm} that succeeded`);
  const { taskQueue, target, targetRunningAt, source } = await readResult(client, workflowId, runId);
  const { ranAtStart, stoppedByUs } = source;
  return {
    workflowId,
    vm,
    plan,
    runId,
    taskQueue,
    target,
    targetRunningAt,
    sourceRan: ranAtStart ?? stoppedByUs,
  };
}

async function readResult(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<VmResult & { taskQueue: string }> {
  const handle = client.workflow.getHandle<() => Promise<VmResult>>(workflowId, runId, { followRuns: false });
  try {
    const [{ taskQueue }, result] = await Promise.all([handle.describe(), handle.result()]);
    return { ...result, taskQueue };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new DroverError('Refused', `Temporal no longer keeps run ${runId} of ${workflowId}`, {
      cause: error,
    });
  }
}
