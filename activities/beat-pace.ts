/** How often the waits of this process say how far they are: less often, the more there are. */

/** How often a wait beats that has few beside it. How soon it hears that it is cancelled, too. */
const SHORTEST_MS = 2_000;
/** Well within the time after which a silent wait is taken for dead, and soon enough for an operator who cancels. */
const LONGEST_MS = 5_000;
/** Every beat is a write of Temporal's store: so all of them together are at most ten a second, until each is slowest. */
const MS_PER_WAIT = 100;

let waiting = 0;

/** Milliseconds until the next beat of one of so many waits. */
export function beatPace(waits: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waits * MS_PER_WAIT));
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
