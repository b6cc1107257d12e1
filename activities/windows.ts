/** What the clocks of time zones say. An activity, because another Node knows other zones: histories keep the answer. */
import type { Window } from '../plan/manifests/windows';
import { zoneFault } from '../plan/time-zone';
import { type Standing, standingAt } from '../plan/windows';
import { failure } from './failure';
import type { WindowActivities } from './interfaces';

/** Answers that a worker keeps: VMs of one plan ask with equal windows. */
const MOST_KEPT = 100;

interface Kept {
  since: string;
  standing: Standing;
}

export function createWindowActivities(): WindowActivities {
  const kept = new Map<string, Kept>();
  return {
    lookAtWindows: async (windows, at) => {
      const key = JSON.stringify(windows);
      const known = kept.get(key);
      if (known !== undefined && holdsAt(known, at)) return known.standing;
      const standing = read(windows, at);
      kept.delete(key);
      kept.set(key, { since: at, standing });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return standing;
    },
  };
}

/** All are ISO 8601 in UTC, to the millisecond. */
function holdsAt({ since, standing: { until } }: Kept, at: string): boolean {
  return since <= at && (until === null || at < until);
}

function read(windows: readonly Window[], at: string): Standing {
  for (const { timeZone } of windows) {
    const fault = zoneFault(timeZone);
    if (fault !== null) throw failure('InvalidInput', `${fault.found}; ${fault.remedy}`);
  }
  return standingAt(windows, at);
}
