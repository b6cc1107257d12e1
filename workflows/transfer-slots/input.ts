/** What `transferSlots` may begin with (what the run before has left, as `saved.ts` writes it) and what it may hear. */
import { z } from 'zod';
import { LONGEST_NAME, LONGEST_PATH, MOST_DISKS } from '../../plan/field-limits';
import { isVmId } from '../../plan/workflow-ids';
import { schemaOf } from '../schema-of';
import type { HolderId } from './decide';
import type { HolderEvent } from './messages';
import { RESOURCE_KINDS, type ResourceKind } from './resources';
import type { SavedSlots } from './saved';

export interface TransferSlotsInput {
  /** Absent at the very first. */
  saved?: SavedSlots;
  /** Epoch seconds of the next look for migrations that have ended. */
  lookAt?: number;
}

const kindSchema = z.enum(Object.keys(RESOURCE_KINDS) as [ResourceKind, ...ResourceKind[]]);
const countSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const resourceSchema = z
  .templateLiteral([kindSchema, '/', z.string()])
  .refine((resource) => resource.length <= 4 * LONGEST_PATH, 'the name of the resource is too long');
const keySchema = z.string().min(1).max(LONGEST_NAME);
const secondsSchema = countSchema.nullable();

const requestSchema = z.tuple([keySchema, countSchema, secondsSchema, countSchema, secondsSchema]);

export const transferSlotsInput = schemaOf<TransferSlotsInput>()(
  z.object({
    saved: z
      .object({
        limits: z.object({
          kinds: z.record(kindSchema, countSchema),
          resources: z.partialRecord(resourceSchema, countSchema),
        }),
        resources: z.array(z.tuple([resourceSchema, countSchema])),
        lines: z.array(z.array(countSchema)),
        holders: z.array(
          z.object({
            id: z.string().max(LONGEST_PATH),
            run: z.string().max(LONGEST_NAME),
            priority: countSchema,
            off: z.boolean(),
            most: countSchema,
            lead: keySchema.nullable(),
            requests: z.array(requestSchema),
          }),
        ),
      })
      .describe('What the run before has left.')
      .optional(),
    lookAt: countSchema.describe('Epoch seconds of the next look for migrations that have ended.').optional(),
  }),
);

/** All disks of a VM, and its conversion. */
const MOST_KEYS = MOST_DISKS + 1;
/** Events of one signal: a disk's end, and the next ask. */
const MOST_EVENTS = 10;
/** An ask for one disk needs four units; none will need twice as many. */
const MOST_NEEDS = 8;

const holderSchema = schemaOf<HolderId>()(
  z.object({
    workflowId: z
      .string()
      .max(LONGEST_PATH)
      .refine(isVmId, 'expected the workflow id of a migration, as migrate-vm/<vcenter>/<moref>'),
    runId: z.uuid(),
  }),
);

const keysSchema = z.array(keySchema).max(MOST_KEYS);

const wantSchema = z.object({
  key: keySchema,
  needs: z.array(resourceSchema).min(1).max(MOST_NEEDS),
  seconds: secondsSchema,
});

export const holderEvents = schemaOf<HolderEvent[]>()(
  z
    .array(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('ask'),
          holder: holderSchema,
          priority: z.number().int().min(0).max(9),
          isOff: z.boolean(),
          maxConcurrentDisks: z.number().int().min(1).max(MOST_DISKS),
          wants: z.array(wantSchema).max(MOST_KEYS),
          held: keysSchema,
        }),
        z.object({ kind: z.literal('release'), holder: holderSchema, keys: keysSchema }),
      ]),
    )
    .min(1)
    .max(MOST_EVENTS),
);
