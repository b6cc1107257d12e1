/** The workflow's own time: a replay gives every call the time that it gave at first. */

/** ISO 8601. */
export function now(): string {
  return new Date().toISOString();
}

/** ISO 8601. */
export function secondsFromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

/** @param from and `to` ISO 8601 */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
