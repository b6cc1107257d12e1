/**
 * Whether a storm broke a promise, from what the systems recorded. Shares no code with Drover, on purpose: boundaries.json
 * refuses any import of it. Each check is a function of the facts alone.
 */
import { bytesRight } from './bytes-right';
import { convertedOnce } from './converted-once';
import { endedOrParked } from './ended-or-parked';
import type { Check, Facts, Violation } from './facts';
import { goneBack } from './gone-back';
import { historiesReplay } from './histories-replay';
import { neverBothRun } from './never-both-run';
import { noCopyAgain } from './no-copy-again';
import { noSecret } from './no-secret';
import { nothingLeft } from './nothing-left';
import { nothingTwice } from './nothing-twice';
import { recordsWhole } from './records-whole';

const CHECKS: readonly Check[] = [
  recordsWhole,
  endedOrParked,
  neverBothRun,
  goneBack,
  nothingTwice,
  noCopyAgain,
  bytesRight,
  convertedOnce,
  nothingLeft,
  historiesReplay,
  noSecret,
];

export function violations(facts: Facts): Violation[] {
  return CHECKS.flatMap((check) => check(facts));
}
