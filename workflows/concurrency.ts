/** Several tasks at once, as in `migrate-vm/copies.ts`, where a VM has at most `maxConcurrentDisks` copies at once. */

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

/** Waits for every one of them, however the others end; then throws what the first in order threw, if any did. */
export async function settleAll<T>(tasks: readonly Promise<T>[]): Promise<void> {
  const outcomes = await Promise.allSettled(tasks);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
