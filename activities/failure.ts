import { ApplicationFailure } from '@temporalio/common';
import { FAILURES, shortMessage, type FailureKind } from '../plan/failures';

/**
 * The one way in which activities fail: the kind is the failure's type, and says whether Temporal tries again.
 * @param message one sentence, safe to show: no body, header or secret of a foreign answer.
 * @param detail for the record, as safe
 */
export function failure(kind: FailureKind, message: string, detail?: object): ApplicationFailure {
  return ApplicationFailure.create({
    type: kind,
    message: shortMessage(message),
    nonRetryable: FAILURES[kind].retry !== 'automatic',
    ...(detail === undefined ? {} : { details: [detail] }),
  });
}
