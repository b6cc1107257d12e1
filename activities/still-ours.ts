/** Whether this attempt of an activity is the one that counts: Temporal's word, by the worker's own client. */
import { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { failure } from './failure';

/** Milliseconds that Temporal has for its answer. */
const ANSWER_MS = 5_000;

/**
 * Resolves where it is. Counts as a heartbeat.
 * @throws CancelledFailure where it is cancelled, or where Temporal has given the step to another worker; `WaitFailed` where
 * Temporal does not say so in time
 */
export async function requireStillOurs(withinMs: number = ANSWER_MS): Promise<void> {
  const { cancellationSignal, client, info } = Context.current();
  try {
    await client.withDeadline(Date.now() + withinMs, () => client.activity.heartbeat(info.taskToken));
  } catch (error) {
    const isOver = error instanceof ActivityCancelledError || error instanceof ActivityNotFoundError;
    if (isOver || cancellationSignal.aborted)
      throw new CancelledFailure('the step was cancelled, or another worker has taken it over');
    throw failure('WaitFailed', 'Temporal does not say whether this step is still to be done');
  }
}
