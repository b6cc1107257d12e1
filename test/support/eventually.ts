/** For what the world does in its own time, without an event that a test could await. */
import { setTimeout as delay } from 'node:timers/promises';
import { atTestEnd } from './test-end';

const LOOK_EVERY_MS = 50;

type Found<T> = T | null | undefined | false;

/**
 * What `look` finds, as soon as it finds anything; the test's own timeout is the limit.
 * @throws Error once the test has ended: nothing of it goes on
 */
export function eventually<T>(look: () => Promise<Found<T>> | Found<T>): Promise<T> {
  return whileTestRuns(async (requireTest) => {
    for (;;) {
      const found = await look();
      requireTest();
      if (found !== null && found !== undefined && found !== false) return found;
      await delay(LOOK_EVERY_MS);
    }
  });
}

/** Ends once `check` throws nothing; after so many seconds, or with the test, with what it throws then. */
export function eventuallyPasses(check: () => Promise<void>, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  return whileTestRuns(async (requireTest) => {
    for (;;) {
      try {
        await check();
        return requireTest();
      } catch (error) {
        requireTest();
        if (Date.now() > deadline) throw error;
        await delay(LOOK_EVERY_MS);
      }
    }
  });
}

function whileTestRuns<T>(work: (requireTest: () => void) => Promise<T>): Promise<T> {
  const test = new AbortController();
  const takeBack = atTestEnd(() => test.abort(new Error('the test ended before this was so')));
  const done = work(() => test.signal.throwIfAborted()).finally(takeBack);
  // Where nobody waits for it any more, it is no failure of the next test.
  done.catch(() => undefined);
  return done;
}
