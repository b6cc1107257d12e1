/** Spans of time. */

/** Milliseconds; `to` is null where it goes on. */
export interface Interval {
  from: number;
  to: number | null;
}

/** The first instant that both have, or null. Ends are not part of a span. */
export function overlap(one: Interval, other: Interval): number | null {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to ?? Infinity, other.to ?? Infinity);
  return from < to ? from : null;
}
