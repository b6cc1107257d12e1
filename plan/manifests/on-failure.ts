/** `spec.drover.onFailure`: what becomes of a VM that can not go on, by the kind of its failure. */
import { z } from 'zod';
import { FAILURES, type FailureKind } from '../failures';
import { fields } from './fields';

/**
 * `park` waits for an operator; `abort` gives the migration up at once; `skip` does so, too, and its wave does not count the
 * VM as failed.
 */
const reactionSchema = z.enum(['park', 'abort', 'skip']).optional();

/** A kind that is absent parks its VM. */
export const onFailureSchema = fields(
  Object.fromEntries(Object.keys(FAILURES).map((kind) => [kind, reactionSchema])) as Record<
    FailureKind,
    typeof reactionSchema
  >,
);
