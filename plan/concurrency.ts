/** Several tasks at once, as the copies of a VM: at most `maxConcurrentDisks` of them. */

/**
 * At most `permits` tasks at once, first come first served. Deterministic: nothing but promises.
 *
 * @returns a runner; what a task returns or throws, its call to the runner does.
 */
export function limit(permits: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = permits;
  const waiting: (() => void)[] = [];

  // A freed permit goes straight to whoever waits longest, so a newcomer can't overtake.
  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      release();
    }
  };
}
