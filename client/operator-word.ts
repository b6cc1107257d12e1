/** An operator's word to a workflow, and what it means that it was not taken. */
import {
  type Client,
  type WorkflowUpdateHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { DroverError, failureOf, GRPC, grpcCode, isDeadline } from './errors';

/** How long an operator's word may take to be heard. */
const ANSWER_MS = 15_000;

/** @throws `Refused` where the workflow says no, or has ended; `NoWorker` */
export async function sayWord<T>(
  client: Client,
  workflowId: string,
  word: () => Promise<T>,
  patienceMs = ANSWER_MS,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + patienceMs, word);
  } catch (error) {
    throw wordRefused(workflowId, error, patienceMs);
  }
}

/** How long a word may take to be done that source and target are read for: longer than the wave takes for that. */
const DONE_MS = 20 * 60_000;

/** A word that was heard, until it is done. @throws as {@link sayWord} */
export async function wordDone<T>(client: Client, word: WorkflowUpdateHandle<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + DONE_MS, () => word.result());
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isDeadline(error)) {
      const message = `it was heard, and is not done after ${DONE_MS / 60_000} minutes; look at ${word.workflowId}`;
      throw new DroverError('NoWorker', message, { cause: error });
    }
    throw wordRefused(word.workflowId, error);
  }
}

/** What was refused or not heard, as an error of ours; anything else comes back unchanged. */
export function wordRefused(workflowId: string, error: unknown, patienceMs = ANSWER_MS): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const failure = failureOf(error);
    // A word that makes no sense says itself what would.
    const remedy = failure === null || failure.kind === 'InvalidInput' ? '' : `; ${failure.remedy}`;
    const message = error.cause?.message ?? error.message;
    return new DroverError('Refused', `${message}${remedy}`, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError || grpcCode(error) === GRPC.notFound) {
    return hasEnded(workflowId, error);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isDeadline(error)) {
    const seconds = patienceMs / 1000;
    const message = `no worker answered within ${seconds} s; look at the migration before you try again`;
    return new DroverError('NoWorker', message, { cause: error });
  }
  return error;
}

export function hasEnded(workflowId: string, cause?: unknown): DroverError {
  return new DroverError('Refused', `${workflowId} has ended, or was never started`, { cause });
}
