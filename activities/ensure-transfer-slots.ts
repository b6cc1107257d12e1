/** Starts the workflow that says which disk may copy now, by the worker's own client. */
import { Context } from '@temporalio/activity';
import { TRANSFER_SLOTS_QUEUE } from '../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../plan/workflow-ids';

/**
 * Does nothing where it runs. Otherwise it begins anew, and asks all migrations what they hold before it grants anything.
 * @param input what it begins with
 * @throws what Temporal answers
 */
export async function ensureTransferSlots(input: object = {}): Promise<void> {
  await Context.current().client.workflow.start('transferSlots', {
    workflowId: TRANSFER_SLOTS_ID,
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue: TRANSFER_SLOTS_QUEUE,
    args: [input],
  });
}
