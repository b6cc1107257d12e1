/**
 * When a power operation may still be issued.
 *
 * A worker that was cut off or stood still may wake up with a decision that others have long replaced. It therefore
 * acts only in the first seconds of its attempt, which is well within the time after which the server would have
 * given the step to another worker, and not once the attempt is cancelled. Its own clock is all that it trusts: the
 * server's may differ.
 */
import { CancelledFailure } from '@temporalio/common';
import { failure } from '../failure';

export const POWER_WINDOW_MS = 10_000;

export class PowerWindow {
  private readonly opened: number;

  constructor(
    private readonly signal: AbortSignal,
    private readonly now: () => number = Date.now,
  ) {
    this.opened = now();
  }

  /**
   * Called after the state was read, right before the operation is issued.
   * @throws CancelledFailure; SourceFault, which tries again with a fresh attempt.
   */
  assertOpen(): void {
    if (this.signal.aborted) {
      throw new CancelledFailure('the power operation was dropped: the step was cancelled');
    }
    const age = this.now() - this.opened;
    // A clock that was set back says nothing about the age, so it closes the window, too.
    if (age < 0 || age > POWER_WINDOW_MS) {
      throw failure('SourceFault', 'the power operation was dropped: its decision is too old');
    }
  }
}
