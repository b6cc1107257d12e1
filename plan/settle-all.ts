type Settled<T extends readonly unknown[]> = { -readonly [K in keyof T]: Awaited<T[K]> };

/**
 * As `Promise.all`, but waits for every one of them, however the others end; then throws what the first in order threw, if any
 * did: not the fastest. Deterministic: nothing but promises.
 */
export async function settleAll<T extends readonly unknown[] | []>(tasks: T): Promise<Settled<T>> {
  const outcomes = await Promise.allSettled(tasks);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }) as Settled<T>;
}
