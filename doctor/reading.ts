/** What was asked of the world, or why nobody knows it. A right that is missing must not end the look at all the rest. */
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { ApiError, describeCall, NoAnswerError, refusesRight } from '../activities/kubernetes/api/errors';
import { DeadlineError } from '../activities/kubernetes/waiting/wait';
import { shortMessage } from '../plan/failures';

export type Reading<T> =
  | { known: true; value: T }
  /** @property why a clause, as `may not list nodes` */
  | { known: false; why: string };

/** Whatever the other side answers, also what is none of its API's answers, is known or not. Rejects where a trial is broken off. */
export async function look<T>(ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { known: true, value: await ask() };
  } catch (error) {
    return { known: false, why: shortMessage(whyNot(error)) };
  }
}

export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

/** What follows from a reading, where there is one. */
export function mapReading<T, R>(reading: Reading<T>, change: (value: T) => R): Reading<R> {
  return reading.known ? known(change(reading.value)) : reading;
}

function whyNot(error: unknown): string {
  if (refusesRight(error)) return `may not ${describeCall((error as ApiError).call)}`;
  if (error instanceof ApiError) return `${describeCall(error.call)}: ${error.words}`;
  if (error instanceof NoAnswerError || error instanceof ApplicationFailure) return error.message;
  if (error instanceof DeadlineError) return 'it did not come about in time';
  // A form that no API of this kind answers in: whoever reads it stumbles.
  if (error instanceof z.ZodError || error instanceof TypeError)
    return 'the answer has not the form of this API';
  throw error;
}
