/** The attempts at one disk. Pure. */
import { FAILURES, type Failure } from '../../plan/failures';
import type { CopyDiskState } from '../contract';

export function newCopyState(firstAttempt: number): CopyDiskState {
  return { attempt: firstAttempt, failures: [] };
}

/** An operator's retry brings `copyAttempts` new ones; only failures that a new attempt may mend use them up. */
export function mayTryAgain(state: CopyDiskState, failure: Failure, copyAttempts: number): boolean {
  return FAILURES[failure.kind].retry === 'attempt' && state.failures.length < copyAttempts;
}
