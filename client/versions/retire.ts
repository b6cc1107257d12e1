/** Whether the workers of a version may be stopped for good. Pure. */

/** Of one workflow type. */
export interface RunningCount {
  workflow: string;
  /** Those that end on this version. */
  pinned: number;
  /** Those that ran on it last, and go on on whatever version is the current one. */
  following: number;
}

export type VersionStatus = 'current' | 'ramping' | 'inactive' | 'draining' | 'drained';

export interface VersionUse {
  status: VersionStatus;
  /** Share of what is started that goes to it, while it is ramping. */
  rampPercent: number | null;
  running: readonly RunningCount[];
}

/** @returns `why` in a clause */
export function mayRetire({ status, rampPercent, running }: VersionUse): { mayRetire: boolean; why: string } {
  const pinned = running.filter((count) => count.pinned > 0);
  const no = (why: string) => ({ mayRetire: false, why });
  if (status === 'current') return no('it is the current version');
  if (status === 'ramping') return no(`${rampPercent ?? 0} % of what is started goes to it`);
  if (pinned.length > 0)
    return no(`${pinned.map((count) => `${count.pinned} ${count.workflow}`).join(', ')} must end on it`);
  // What took its first step there a moment ago may not be counted yet: Temporal looks again some minutes later.
  if (status === 'draining')
    return no('Temporal has yet to make sure that nothing is left; it looks every few minutes');
  return {
    mayRetire: true,
    why: status === 'inactive' ? 'it never was the current version' : 'nothing is left that needs it',
  };
}
