import { setTimeout as delay } from 'node:timers/promises';

/** Waits so long, or until the signal; true where the whole time has passed. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
