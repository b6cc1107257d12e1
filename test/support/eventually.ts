/** For what the world does in its own time, without an event that a test could await. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

type Found<T> = T | null | undefined | false;

/** What `look` finds, as soon as it finds anything; the test's own timeout is the limit. */
export async function eventually<T>(look: () => Promise<Found<T>> | Found<T>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await delay(LOOK_EVERY_MS);
  }
}

/** Ends once `check` throws nothing; after so many seconds with what it throws then. */
export async function eventuallyPasses(check: () => Promise<void>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(LOOK_EVERY_MS);
    }
  }
}
