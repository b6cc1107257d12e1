/** How fast a disk is copied, from what its copier said lately. Pure. */

interface Sample {
  /** Milliseconds since the epoch. */
  at: number;
  bytes: number;
}

/** Samples of one disk, oldest first. */
export type RateHistory = readonly Sample[];

/** Long enough to be calm, short enough to tell a copy that stands still. */
const WINDOW_MS = 15_000;

/** Fewer bytes than before are a new attempt: what was known of the old one is forgotten. */
export function observe(history: RateHistory, sample: Sample): RateHistory {
  const last = history.at(-1);
  if (last !== undefined && sample.bytes < last.bytes) return [sample];
  const since = sample.at - WINDOW_MS;
  // The newest sample before the window stays, so that the window is always spanned.
  const firstInside = history.findIndex(({ at }) => at >= since);
  const kept = firstInside === -1 ? history.slice(-1) : history.slice(Math.max(0, firstInside - 1));
  return [...kept, sample];
}

/** Null until two samples tell. */
export function bytesPerSecond(history: RateHistory): number | null {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return null;
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
}

/** Null where nothing moves, or nobody knows. */
export function secondsLeft(history: RateHistory, totalBytes: number): number | null {
  const rate = bytesPerSecond(history);
  const last = history.at(-1);
  if (rate === null || rate <= 0 || last === undefined) return null;
  return Math.max(0, totalBytes - last.bytes) / rate;
}
