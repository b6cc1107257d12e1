/** What `drover plugin test` answers. */

/** The points of docs/plugin-contract.md that can be seen from outside, and what each promises. */
export const POINTS = {
  copies: 'copies a disk and exits 0',
  bytes: 'exit code 0 means that every byte is on the target',
  quiet: 'after exit code 0 nothing writes any more',
  progress: 'progress never falls, and ends at the total',
  result: 'the termination message is a result',
  'typed-error': 'a missing source ends with an error that an operator can act on',
  sigterm: "SIGTERM ends the plugin within its grace period, and the array's task with it",
  adoption: 'a task of the same COPY_ID that a dead Pod left is adopted or stopped',
  'finished-task': 'a finished task of an attempt before is never taken for its own',
  disks: 'two disks of one VM are copied at once, each to its own volume',
  'copy-id': 'COPY_IDs that differ in one character are different copies',
  'odd-size': 'a disk above 64 MiB that ends in the middle of a MiB is copied to its last sector',
  snapshots: 'of a chain of snapshots, what the VM has written last is copied',
  durable: 'after exit code 0 a power cut of the array loses nothing',
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
