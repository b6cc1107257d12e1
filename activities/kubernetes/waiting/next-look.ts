/**
 * When waits ask the cluster again why something has not happened yet. A cluster is slow where much waits for it, and
 * questions from every wait would make it slower. So all waits of this process share a pace.
 */

/** Milliseconds between two questions of all waits together. */
const BETWEEN_MS = 1_000;
/** Milliseconds. Whatever waits beside it, a wait asks this soon: its reason may be a new one. */
const LATEST_MS = 60_000;

/** When the next question is free, in milliseconds since the epoch. */
let free = 0;

/**
 * When a wait that begins may ask for the first time, in milliseconds since the epoch. Most waits end before.
 * @param pause milliseconds that it wants to wait at least
 */
export function firstLook(pause: number): number {
  const now = Date.now();
  // A clock may be set back.
  return Math.max(now + pause, Math.min(free, now + LATEST_MS));
}

/**
 * When a wait that asks now may ask again, in milliseconds since the epoch.
 * @param pause milliseconds that it wants to wait at least
 */
export function nextLook(pause: number): number {
  const now = Date.now();
  free = Math.min(Math.max(free, now) + BETWEEN_MS, now + LATEST_MS);
  return Math.max(now + pause, free);
}
