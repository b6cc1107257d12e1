/** Heartbeats of waits and long reads: they carry progress out and cancellation in. */
import { Context } from '@temporalio/activity';
import { startBeating } from './beat-pace';
import type { ActivityProgress } from './interfaces';

/** Milliseconds over which the rate is measured. */
const RATE_MS = 30_000;

/** The progress of an activity that can only say that it goes on. */
export const NO_PROGRESS: ActivityProgress = {
  bytesDone: null,
  bytesTotal: null,
  bytesPerSecond: null,
  movedAt: null,
  note: null,
  warning: null,
};

/** What a wait itself may say; the rest follows from it. */
export type ProgressReport = Pick<ActivityProgress, 'bytesDone' | 'bytesTotal' | 'note' | 'warning'>;

interface Reading {
  at: number;
  bytes: number;
}

export class Progress {
  private current: ActivityProgress;
  /** The newest before the window, and all within it. */
  private readings: Reading[] = [];

  /** @param former what the attempt before said last, whose worker is gone: what it has seen is not shown again from nothing */
  constructor(
    private readonly beat: (progress: ActivityProgress) => void,
    former: Partial<ActivityProgress> | null = null,
  ) {
    this.current = { ...NO_PROGRESS, ...former, bytesPerSecond: null, note: null };
  }

  /** Goes out with the next beat. */
  report(change: Partial<ProgressReport>): void {
    const { bytesDone } = change;
    if (typeof bytesDone === 'number' && bytesDone !== this.current.bytesDone) this.moved(bytesDone);
    this.current = { ...this.current, ...change };
  }

  /** As it stands. */
  get now(): Readonly<ActivityProgress> {
    return this.current;
  }

  /** Says that we are still here, and how far. */
  tell(): void {
    this.current.bytesPerSecond = this.rate(Date.now());
    this.beat({ ...this.current });
  }

  private moved(bytes: number): void {
    const now = Date.now();
    const last = this.readings.at(-1);
    // Fewer than before are an importer that began again.
    if (last !== undefined && bytes < last.bytes) this.readings = [];
    this.readings.push({ at: now, bytes });
    this.current.movedAt = new Date(now).toISOString();
  }

  private rate(now: number): number | null {
    const firstInside = this.readings.findIndex(({ at }) => at >= now - RATE_MS);
    this.readings =
      firstInside < 0 ? this.readings.slice(-1) : this.readings.slice(Math.max(0, firstInside - 1));
    const [first] = this.readings;
    const last = this.readings.at(-1);
    if (first === undefined || last === undefined) return null;
    if (first === last) return now - first.at > RATE_MS ? 0 : null;
    return Math.round(((last.bytes - first.bytes) * 1_000) / (now - first.at));
  }
}

/** What a wait gets from the activity that it runs in. */
export interface Waiting {
  progress: Progress;
  /** Aborts with Temporal's CancelledFailure. */
  signal: AbortSignal;
  /** When the wait was first asked for, milliseconds since the epoch: equal in all attempts. */
  since: number;
}

/** Runs a wait, or a long read, inside an activity, heartbeating until it ends. */
export async function heartbeating<R>(work: (waiting: Waiting) => Promise<R>): Promise<R> {
  const context = Context.current();
  const { heartbeatDetails, scheduledTimestampMs } = context.info;
  const former = heartbeatDetails as Partial<ActivityProgress> | undefined;
  const progress = new Progress((details) => context.heartbeat(details), former ?? null);
  const beats = startBeating(() => progress.tell());
  try {
    return await work({ progress, signal: context.cancellationSignal, since: scheduledTimestampMs });
  } finally {
    beats.stop();
  }
}

/** Runs a quick activity: one that takes long, after all, beats, so that only a dead worker looks like one. */
export async function beating<R>(work: () => Promise<R>): Promise<R> {
  const context = Context.current();
  // Within a workflow's own task the task's time says that the worker lives.
  if (context.info.isLocal) return work();
  const beats = startBeating(() => context.heartbeat());
  try {
    return await work();
  } finally {
    beats.stop();
  }
}
