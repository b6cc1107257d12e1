/**
 * When a power operation may still be issued.
 *
 * A worker that was cut off or stood still may wake up with a decision that others have long replaced. Right before each
 * operation it therefore has Temporal confirm that its attempt is the one that counts. A confirmation is as good as a
 * heartbeat: for the heartbeat timeout from then on, Temporal gives the step to no other worker. Well within that time the
 * operation is on its way, or it is dropped. The worker's own clock is all that this trusts: the server's may differ.
 */
import { CancelledFailure } from '@temporalio/common';
import { failure } from '../failure';

/** From the moment when Temporal was asked. Less than the heartbeat timeout of power operations in workflows/activity-proxies.ts. */
export const POWER_WINDOW_MS = 5_000;

/** Asks Temporal; rejects where the attempt no longer counts, or where Temporal does not say. */
export type Confirm = (withinMs: number) => Promise<void>;

export class PowerWindow {
  constructor(
    private readonly signal: AbortSignal,
    private readonly confirm: Confirm,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Called after the state was read, right before the operation is issued.
   * @returns milliseconds within which it must be sent
   * @throws CancelledFailure; SourceFault, which tries again with a fresh attempt.
   */
  async open(): Promise<number> {
    const asked = this.now();
    await this.confirm(POWER_WINDOW_MS);
    if (this.signal.aborted) {
      throw new CancelledFailure('the power operation was dropped: the step was cancelled');
    }
    const age = this.now() - asked;
    // A clock that was set back says nothing about the age, so the operation is dropped, too.
    if (age < 0 || age >= POWER_WINDOW_MS) {
      throw failure('SourceFault', 'the power operation was dropped: its decision is too old');
    }
    return POWER_WINDOW_MS - age;
  }
}
