import type { Sighting } from './check';
import type { Facts, TrialResults } from './facts';

/** Judges what a trial has shown. Where nothing was tried, or nothing could be, the check `trial` alone says so. */
export function ofTrial({ tried }: Facts, judge: (results: TrialResults) => Sighting[]): Sighting[] {
  return tried === null || !tried.results.known ? [] : judge(tried.results.value);
}
