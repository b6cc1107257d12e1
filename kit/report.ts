/** What `drover plugin test` answers. */

/** The points of docs/plugin-contract.md that can be seen from outside, and what each promises. */
export const POINTS = {
  copies: 'copies a disk and exits 0',
  bytes: 'exit code 0 means that every byte is on the target, and nothing writes any more',
  progress: 'progress never falls, and ends at the total',
  result: 'the termination message is a result',
  'typed-error': 'a missing source ends with an error that an operator can act on',
  sigterm: "SIGTERM ends the plugin within its grace period, and the array's task with it",
  adoption: 'a task of the same COPY_ID that a dead Pod left is adopted or stopped',
  secrets: 'no secret is printed',
  restricted: 'restricted pod security is enough, for any user',
} as const;

export type Point = keyof typeof POINTS;

export interface Verdict {
  point: Point;
  promise: string;
  /** `unknown`: it could not be shown, and counts as not kept. */
  verdict: 'kept' | 'broken' | 'unknown';
  /** What was seen, one clause. */
  found: string;
}

export interface PluginReport {
  image: string;
  contractVersion: string;
  /** Every point is kept. */
  kept: boolean;
  points: Verdict[];
}
