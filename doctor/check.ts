/**
 * A check: one thing that a cluster or a vCenter should have before a first plan, as data and a pure function. Each has a file
 * of its own in `checks/`, and rows in docs/operations.md.
 */
import { listSome } from '../plan/cut';
import type { PolicySeverity } from '../plan/policies/policy';
import type { Facts } from './facts';
import type { Reading } from './reading';

/**
 * `critical`: no migration, or none of an important kind, can succeed; `warning`: somebody should know or look, also where a check
 * may not; `information`: nobody needs to act; `fine`: as it should be.
 */
export type Severity = PolicySeverity | 'fine';

export interface Check {
  readonly id: string;
  /** What it looks at, for the manual. */
  readonly looksAt: string;
  /** Nothing where it does not apply. */
  readonly judge: (facts: Facts) => Sighting[];
}

export interface Sighting {
  severity: Severity;
  /** One clause. */
  found: string;
  /** What a person can do, as an instruction; null where nothing has to be done. */
  remedy: string | null;
}

export function fine(found: string): Sighting[] {
  return [{ severity: 'fine', found, remedy: null }];
}

export function information(found: string, remedy: string | null = null): Sighting[] {
  return [{ severity: 'information', found, remedy }];
}

export function warning(found: string, remedy: string): Sighting[] {
  return [{ severity: 'warning', found, remedy }];
}

export function critical(found: string, remedy: string): Sighting[] {
  return [{ severity: 'critical', found, remedy }];
}

const ASK = 'ask somebody who may look, or examine with a login that may';

/** What nobody could look at is a warning, and never passes for good. */
export function judged<T>(reading: Reading<T>, judge: (value: T) => Sighting[], remedy = ASK): Sighting[] {
  return reading.known ? judge(reading.value) : warning(`not known: ${reading.why}`, remedy);
}

/** Names that are shown of a list that may be long. */
const MOST_NAMES = 5;

/** `a, b and 7 more`. */
export function listNames(names: readonly string[]): string {
  return listSome(names, MOST_NAMES);
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}
