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

/** Milliseconds within which a worker knows that a step is its own: less than Temporal waits for a heartbeat. */
const SURE_MS = 5_000;
/** When Temporal last said so of the attempt, by this worker's clock, in milliseconds since the epoch. */
const saidSo = new WeakMap<Context, number>();

/**
 * Before anything is made: a worker that stood still must not make what its migration has removed meanwhile. It asks only
 * where the last word is old. A local activity ends with its task, and has nobody to ask.
 * @throws as {@link requireStillOurs}
 */
export async function requireNotLate(): Promise<void> {
  const context = contextOfActivity();
  if (context === null || context.info.isLocal) return;
  const last = saidSo.get(context) ?? context.info.currentAttemptScheduledTimestampMs;
  // A clock may also be set back.
  if (Math.abs(Date.now() - last) < SURE_MS) return;
  await requireStillOurs();
  saidSo.set(context, Date.now());
}

/**
 * Before a request that changes something is sent again.
 * @throws CancelledFailure where the step is cancelled; else as {@link requireNotLate}
 */
export async function requireStillWanted(): Promise<void> {
  if (contextOfActivity()?.cancellationSignal.aborted === true)
    throw new CancelledFailure('the request was not sent again: the step was cancelled');
  await requireNotLate();
}

/** Null where no activity runs: `drover plugin test` makes Jobs, too. */
function contextOfActivity(): Context | null {
  try {
    return Context.current();
  } catch {
    return null;
  }
}
