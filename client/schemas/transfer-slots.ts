/** What transferSlots says of its limits and of what waits; what it is told, see workflows/inputs.ts. */
import { z } from 'zod';
import type { LimitsAnswer, LimitsView } from '../../workflows/transfer-slots/limits';
import { RESOURCE_KINDS, type ResourceKind } from '../../workflows/transfer-slots/resources';
import { schemaOf } from '../../workflows/schema-of';
import type { SlotWait } from '../../workflows/transfer-slots/messages';
import { timeSchema } from './common';

const kindSchema = z.enum(Object.keys(RESOURCE_KINDS) as [ResourceKind, ...ResourceKind[]]);
const resourceSchema = z.templateLiteral([kindSchema, '/', z.string()]);
const countSchema = z.number().int().min(0);

export const limitsViewSchema = schemaOf<LimitsView>()(
  z.object({
    kinds: z.array(z.object({ kind: kindSchema, limit: countSchema, default: countSchema })),
    resources: z
      .array(
        z.object({
          resource: resourceSchema,
          limit: countSchema,
          isSet: z.boolean().describe('Whether the resource has a limit of its own.'),
          used: countSchema,
          waiting: countSchema,
        }),
      )
      .describe('In use, waited for, or with a limit of their own; of many, the first 500.'),
    resourcesInAll: countSchema,
    decisions: z
      .array(z.object({ at: timeSchema, who: z.string(), why: z.string(), what: z.string() }))
      .describe('Who set limits: the last 20.'),
    note: z.string().nullable().describe('What an operator should know before they trust the rest.'),
  }),
);

export const limitsAnswerSchema = schemaOf<LimitsAnswer>()(
  z.object({
    changed: z.boolean().describe('False where all of it was so already.'),
    done: z.string().describe('What became of it, in a clause.'),
  }),
);

const heldSlot = { workflowId: z.string(), key: z.string().describe('A disk or the conversion.') };

export const slotWaitsSchema = schemaOf<SlotWait[]>()(
  z.array(
    z.object({
      ...heldSlot,
      since: timeSchema,
      waitsFor: z
        .enum(['resource', 'itsOwnVm', 'transferSlots'])
        .describe('`itsOwnVm`: other disks of its VM go first. `transferSlots`: it has just begun.'),
      resource: z
        .object({
          name: resourceSchema,
          limit: countSchema,
          used: countSchema,
          heldBy: z.array(z.object(heldSlot)).describe('The first three.'),
          until: timeSchema.nullable().describe('When its turn may come, roughly; null: not known.'),
        })
        .nullable()
        .describe('The busiest of those that have no unit for it.'),
    }),
  ),
);
