/** An operator's word to a workflow, and what it means that it was not taken. */
import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { DroverError, GRPC, grpcCode, isDeadline } from './errors';

/** How long an operator's word may take to be heard. */
const ANSWER_MS = 15_000;

/** @throws `Refused` where the workflow says no, or has ended; `NoWorker` */
export async function sayWord<T>(client: Client, workflowId: string, word: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, word);
  } catch (error) {
    throw wordRefused(workflowId, error);
  }
}

/** What was refused or not heard, as an error of ours; anything else comes back unchanged. */
export function wordRefused(workflowId: string, error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    return new DroverError('Refused', error.cause?.message ?? error.message, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError || grpcCode(error) === GRPC.notFound) {
    return hasEnded(workflowId, error);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isDeadline(error)) {
    const seconds = ANSWER_MS / 1000;
    const message = `no worker answered within ${seconds} s; look at the migration before you try again`;
    return new DroverError('NoWorker', message, { cause: error });
  }
  return error;
}

export function hasEnded(workflowId: string, cause?: unknown): DroverError {
  return new DroverError('Refused', `${workflowId} has ended, or was never started`, { cause });
}
