/** Parts that several messages share. */
import { z } from 'zod';
import { FAILURES, type Failure, type FailureKind } from '../../plan/failures';
import type { Standing } from '../../plan/windows';
import { type CopyAttempt, type FellBack, MOST_ATTEMPTS_KEPT } from '../../workflows/temporal-api';
import { schemaOf } from '../../workflows/schema-of';

const failureKinds = Object.keys(FAILURES) as [FailureKind, ...FailureKind[]];

export const failureSchema = schemaOf<Failure>()(
  z.object({ kind: z.enum(failureKinds), message: z.string(), remedy: z.string() }),
);

const fellBackObject = z.object({
  from: z.string().describe("The plugin's image."),
  at: z.string().nullable().describe('ISO 8601; null where the plan had it so.'),
  kind: z.enum(failureKinds).nullable(),
  message: z.string(),
});
export const fellBackSchema = schemaOf<FellBack>()(fellBackObject);
export const diskFellBackSchema = schemaOf<FellBack & { disk: number }>()(
  fellBackObject.extend({ disk: z.number().int().describe("The disk's index.") }),
);

export const standingSchema = schemaOf<Standing>()(
  z.object({
    open: z.boolean(),
    until: z.string().nullable().describe('When that changes, ISO 8601; null where it never does.'),
    local: z.string().nullable().describe('The same moment by the clock of its time zone.'),
  }),
);

export const nameRefSchema = z.object({ namespace: z.string(), name: z.string() });

export const copyAttemptSchema = schemaOf<CopyAttempt>()(
  z.object({
    number: z.number().int(),
    method: z.enum(['import', 'plugin']),
    startedAt: z.string().describe('ISO 8601'),
    endedAt: z.string().nullable(),
    outcome: z.enum(['running', 'copied', 'failed', 'stopped']),
    failure: failureSchema.nullable(),
    image: z.string().nullable().describe('As the node ran it, with its digest; null for an import.'),
    bytes: z.number().nullable().describe('Null where the copier does not say.'),
  }),
);

export const attemptLogSchema = z
  .array(copyAttemptSchema)
  .describe(`The last ${MOST_ATTEMPTS_KEPT} attempts, oldest first.`)
  .optional();

export const outcomeSchema = z.enum(['succeeded', 'alreadyMigrated', 'failed', 'aborted']);

/** ISO 8601, UTC. */
export const timeSchema = z.string().describe('ISO 8601');
