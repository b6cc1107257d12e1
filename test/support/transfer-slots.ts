/** What `transferSlots` lets a test's migrations do, and what they say to each other. */
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { ensureTransferSlots } from '../../activities/ensure-transfer-slots';
import { MockActivityEnvironment } from '@temporalio/testing';
import { TRANSFER_SLOTS_ID } from '../../plan/workflow-ids';
import { slotsQuery, type HolderEvent, type SlotsView } from '../../workflows/transfer-slots/messages';
import { defaultLimits, type ResourceKind } from '../../workflows/transfer-slots/resources';
import { toSaved } from '../../workflows/transfer-slots/saved';
import { newSlots } from '../../workflows/transfer-slots/state';
import type { WorkflowLab } from './workflow-lab';

/** From now on, so many may use a resource of these kinds at once; of all others, as many as by default. Nobody holds any. */
export async function limitTo(lab: WorkflowLab, kinds: Partial<Record<ResourceKind, number>>): Promise<void> {
  await endTransferSlots(lab);
  const limits = defaultLimits();
  Object.assign(limits.kinds, kinds);
  lab.slots = { saved: toSaved(newSlots(limits)) };
  await new MockActivityEnvironment({}, { client: lab.client }).run(ensureTransferSlots, lab.slots);
}

/** As an operator would end it by mistake. */
export async function endTransferSlots(lab: WorkflowLab): Promise<void> {
  await handleOf(lab)
    .terminate()
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
}

export async function holders(lab: WorkflowLab): Promise<SlotsView['holders']> {
  return (await handleOf(lab).query(slotsQuery)).holders;
}

/** What a migration has told `transferSlots`, by signal. */
export async function said(migration: WorkflowHandle): Promise<HolderEvent[][]> {
  const { events } = await migration.fetchHistory();
  return (events ?? [])
    .map((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes)
    .filter((signal) => signal?.workflowExecution?.workflowId === TRANSFER_SLOTS_ID)
    .map((signal) => JSON.parse(Buffer.from(signal!.input!.payloads![0]!.data!).toString()) as HolderEvent[]);
}

/** Goes on in another run, from the last step that was taken by then. */
export async function reset(lab: WorkflowLab, migration: WorkflowHandle): Promise<string> {
  const { events } = await migration.fetchHistory();
  const steps = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const { workflowService, options } = lab.client;
  const { runId } = await workflowService.resetWorkflowExecution(
    temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest.fromObject({
      namespace: options.namespace,
      workflowExecution: { workflowId: migration.workflowId },
      reason: 'a test',
      requestId: migration.workflowId,
      workflowTaskFinishEventId: steps.at(-1)!.eventId,
    }),
  );
  return runId;
}

function handleOf(lab: WorkflowLab): WorkflowHandle {
  return lab.client.workflow.getHandle(TRANSFER_SLOTS_ID);
}
