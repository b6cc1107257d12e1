/** What rollBackVm and finalizeVm say. */
import { z } from 'zod';
import {
  ROLL_BACK_OUTCOMES,
  ROLL_BACK_PHASES,
  type RollBackResult,
  type RollBackState,
} from '../../workflows/temporal-api';
import { schemaOf } from '../../workflows/schema-of';
import { failureSchema, nameRefSchema, timeSchema } from './common';
import { decisionSchema } from './vm';

const phaseSchema = z.enum(ROLL_BACK_PHASES);
const outcomeSchema = z.enum(ROLL_BACK_OUTCOMES);

const stateObject = z.object({
  vm: z.object({ name: z.string(), moref: z.string() }),
  plan: nameRefSchema.nullable().describe('Null until the record of the migration was read.'),
  target: nameRefSchema.nullable(),
  runId: z.string().describe('Run id of the migration.'),
  asked: decisionSchema.describe('Who wanted it, and why.'),
  phase: phaseSchema,
  outcome: outcomeSchema.nullable().describe('Null while it goes on.'),
  attention: z
    .object({ phase: phaseSchema, since: timeSchema, deadline: timeSchema, failure: failureSchema })
    .nullable()
    .describe('Set while it waits for an operator.'),
  timings: z.array(z.object({ phase: phaseSchema, startedAt: timeSchema, endedAt: timeSchema.nullable() })),
  targetStoppedAt: timeSchema.nullable(),
  startsSource: z.boolean().nullable().describe('Whether the source is to run; null until that is known.'),
  sourceStartedAt: timeSchema.nullable(),
  deletesTarget: z.boolean(),
  decisions: z.array(decisionSchema),
  failure: failureSchema.nullable(),
  left: z.array(z.string()).describe('What could not be removed or put back, and why.'),
});

export const rollBackStateSchema = schemaOf<RollBackState>()(stateObject);
export const rollBackResultSchema = schemaOf<RollBackResult>()(
  stateObject.extend({ outcome: outcomeSchema }),
);
