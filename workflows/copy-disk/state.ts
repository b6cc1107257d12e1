/** The attempts at one disk. Pure; `at` is the workflow's time, ISO 8601. */
import { FAILURES, type Failure } from '../../plan/failures';
import { MOST_ATTEMPTS_KEPT, type CopyAttempt, type CopyDiskState } from '../temporal-api';

export function newCopyState(firstAttempt: number): CopyDiskState {
  return { attempt: firstAttempt, failures: [], attemptLog: [] };
}

/** An operator's retry brings `copyAttempts` new ones; only failures that a new attempt may mend use them up. */
export function mayTryAgain(state: CopyDiskState, failure: Failure, copyAttempts: number): boolean {
  return FAILURES[failure.kind].retry === 'attempt' && state.failures.length < copyAttempts;
}

export function beginAttempt(state: CopyDiskState, method: CopyAttempt['method'], at: string): void {
  const attempt: CopyAttempt = {
    number: state.attempt,
    method,
    startedAt: at,
    endedAt: null,
    outcome: 'running',
    failure: null,
    image: null,
    bytes: null,
  };
  state.attemptLog = lastAttempts([...(state.attemptLog ?? []), attempt]);
}

/** How it ended; an attempt that has ended already keeps its end. */
export function endAttempt(
  state: CopyDiskState,
  end: Pick<CopyAttempt, 'outcome'> & Partial<CopyAttempt>,
  at: string,
): void {
  const attempt = state.attemptLog?.at(-1);
  if (attempt?.outcome === 'running') Object.assign(attempt, end, { endedAt: at });
}

export function lastAttempts(attempts: readonly CopyAttempt[]): CopyAttempt[] {
  return attempts.slice(-MOST_ATTEMPTS_KEPT);
}
