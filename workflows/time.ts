/** The workflow's own time: a replay gives every call the time that it gave at first. */

/** ISO 8601. */
export function now(): string {
  return new Date().toISOString();
}

/** ISO 8601. */
export function secondsFromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
