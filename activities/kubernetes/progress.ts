/** Heartbeats of waits: they carry progress out and cancellation in. */
import { Context } from '@temporalio/activity';
import type { StepProgress } from '../contract';

/** How often a wait says how far it is, and how soon it hears that it is cancelled: each beat is a request. */
const BEAT_MS = 2_000;

export class Progress {
  private current: StepProgress = { bytesDone: null, bytesTotal: null, note: null };

  constructor(private readonly beat: (progress: StepProgress) => void) {}

  /** Told with the next beat. */
  report(change: Partial<StepProgress>): void {
    this.current = { ...this.current, ...change };
  }

  /** Says that we are still here, and how far. */
  tell(): void {
    this.beat(this.current);
  }
}

/** What a wait gets from the activity that it runs in. */
export interface Waiting {
  progress: Progress;
  /** Aborts with Temporal's CancelledFailure. */
  signal: AbortSignal;
  /** When the wait was first asked for, milliseconds since the epoch: the same for every attempt. */
  since: number;
}

/** Runs a wait inside an activity, heartbeating until it ends. */
export async function heartbeating<R>(work: (waiting: Waiting) => Promise<R>): Promise<R> {
  const context = Context.current();
  const progress = new Progress((details) => context.heartbeat(details));
  const timer = setInterval(() => progress.tell(), BEAT_MS);
  try {
    return await work({
      progress,
      signal: context.cancellationSignal,
      since: context.info.scheduledTimestampMs,
    });
  } finally {
    clearInterval(timer);
  }
}
