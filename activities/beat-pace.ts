/** How often the waits of this process say how far they are: less often, the more there are. */

/** Milliseconds between two beats while few waits run. A wait hears of its cancellation with a beat. */
export const SHORTEST_BEAT_MS = 2_000;
/**
 * Milliseconds. With a beat just missed, a worker may still stand still for five seconds before Temporal takes it for dead
 * (HEARTBEAT_TIMEOUT in workflows/activity-proxies.ts).
 */
export const LONGEST_BEAT_MS = 2_500;
/**
 * Every beat is a write to Temporal's store: all waits together beat at most ten times a second, until each has the longest
 * pause.
 */
const MS_PER_WAIT = 100;

let waiting = 0;

/** Milliseconds until the next beat of one of so many waits. */
export function beatPace(waits: number): number {
  return Math.min(LONGEST_BEAT_MS, Math.max(SHORTEST_BEAT_MS, waits * MS_PER_WAIT));
}

/** Beats until it is stopped. */
export function startBeating(beat: () => void): { stop(): void } {
  let timer: NodeJS.Timeout;
  const next = () => {
    timer = setTimeout(() => {
      beat();
      next();
    }, beatPace(waiting));
  };
  waiting += 1;
  next();
  return {
    stop: () => {
      waiting -= 1;
      clearTimeout(timer);
    },
  };
}
