/** What `transferSlots` may begin with (what the run before has left, as `saved.ts` writes it) and what it may hear. */
import { z } from 'zod';
import { LONGEST_NAME, LONGEST_PATH, LONGEST_WHO, LONGEST_WHY, MOST_DISKS } from '../../plan/field-limits';
import { isVmId } from '../../plan/workflow-ids';
import { schemaOf } from '../schema-of';
import type { HolderId } from './decide';
import { LONGEST_KEY, MOST_RATES, type SavedRates } from './learnt';
import type { LimitChanges, LimitDecision, LimitsRecord, SavedLimits } from './limits';
import type { HolderEvent, Measured, SlotsGranted } from './messages';
import { isKind, isWholeName, RESOURCE_KINDS, type ResourceKind } from './resources';
import { isConsistent, type SavedSlots } from './saved';

export interface TransferSlotsInput {
  /** Absent at the very first. */
  saved?: SavedSlots;
  /** Who set the limits; the last of them. */
  decisions?: LimitDecision[];
  /** How fast copies went so far. */
  rates?: SavedRates;
  /** Epoch seconds of the next look for migrations that have ended. */
  lookAt?: number;
  /** How many of those who only wait have been looked for. */
  looked?: number;
  /** Whether someone was refused for want of room, and has not been asked to ask again. */
  hasRefused?: boolean;
}

const kindSchema = z.enum(Object.keys(RESOURCE_KINDS) as [ResourceKind, ...ResourceKind[]]);
const countSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const resourceSchema = z
  .templateLiteral([kindSchema, '/', z.string()])
  .refine((resource) => resource.length <= 4 * LONGEST_PATH, 'the name of the resource is too long');
const keySchema = z.string().min(1).max(LONGEST_NAME);
const secondsSchema = countSchema.nullable();

const savedLimitsSchema = schemaOf<SavedLimits>()(
  z.object({
    kinds: z.partialRecord(kindSchema, countSchema),
    resources: z.partialRecord(resourceSchema, countSchema),
  }),
);

const decisionsSchema = schemaOf<LimitDecision[]>()(
  z
    .array(
      z.object({
        at: z.string().max(LONGEST_NAME),
        who: z.string().max(LONGEST_WHO),
        why: z.string().max(LONGEST_WHY),
        what: z.string().max(LONGEST_PATH),
      }),
    )
    .max(100),
);

/** What a run has left of its limits beside its history. */
export const limitsRecordSchema = schemaOf<LimitsRecord>()(
  z.object({ limits: savedLimitsSchema, decisions: decisionsSchema }),
);

const requestSchema = z.tuple([keySchema, countSchema, secondsSchema, countSchema, secondsSchema]);

const ratesSchema = schemaOf<SavedRates>()(
  z
    .array(z.tuple([z.string().max(LONGEST_KEY), z.number().positive(), z.number(), z.number().min(0)]))
    .max(MOST_RATES),
);

const holderOfBeforeSchema = z.tuple([
  countSchema,
  z.string().max(LONGEST_PATH),
  z.string().max(LONGEST_NAME),
  countSchema,
  z.union([z.literal(0), z.literal(1)]),
  countSchema,
  countSchema.nullable(),
  z.array(requestSchema),
]);

export const transferSlotsInput = schemaOf<TransferSlotsInput>()(
  z.object({
    saved: z
      .object({
        limits: savedLimitsSchema,
        resources: z.array(z.tuple([resourceSchema, countSchema])),
        lines: z.array(z.array(countSchema)),
        places: z.array(z.string().max(LONGEST_PATH)),
        since: countSchema,
        holders: z.array(holderOfBeforeSchema),
      })
      .refine(isConsistent, 'give what a run of transferSlots has left')
      .describe('What the run before has left.')
      .optional(),
    decisions: decisionsSchema.describe('Who set the limits; the last of them.').optional(),
    rates: ratesSchema.describe('How fast copies went so far.').optional(),
    lookAt: countSchema.describe('Epoch seconds of the next look for migrations that have ended.').optional(),
    looked: countSchema.describe('How many of those who only wait have been looked for.').optional(),
    hasRefused: z.boolean().describe('Whether someone was refused for want of room.').optional(),
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
  bytes: countSchema.optional(),
});

const measuredSchema = schemaOf<Measured>()(
  z.object({
    key: keySchema,
    bytes: countSchema.optional(),
    seconds: z.number().positive().max(Number.MAX_SAFE_INTEGER),
  }),
);

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
        z.object({
          kind: z.literal('release'),
          holder: holderSchema,
          keys: keysSchema,
          measured: z.array(measuredSchema).max(MOST_KEYS).optional(),
        }),
      ]),
    )
    .min(1)
    .max(MOST_EVENTS),
);

/** What a migration may hear of its own slots. */
export const slotsGranted = schemaOf<SlotsGranted>()(
  z.object({
    runId: z.uuid(),
    keys: keysSchema,
    estimates: z
      .record(keySchema, z.tuple([countSchema, countSchema]))
      .refine((estimates) => Object.keys(estimates).length <= MOST_KEYS, 'there are too many estimates')
      .optional(),
  }),
);

/** Far more than anybody has; beyond it are slips of the pen. */
export const HIGHEST_LIMIT = 100_000;
const MOST_CHANGES = 100;

const limitNameSchema = z
  .string()
  .refine(
    (name) => isKind(name) || (isWholeName(name) && name.length <= LONGEST_PATH),
    `give one of ${Object.keys(RESOURCE_KINDS).join(', ')}, or a resource as drover limits show writes it`,
  );

export const limitChangesSchema = schemaOf<LimitChanges>()(
  z
    .record(limitNameSchema, z.number().int().min(0).max(HIGHEST_LIMIT).nullable())
    .refine((changes) => Object.keys(changes).length > 0, 'give at least one limit')
    .refine((changes) => Object.keys(changes).length <= MOST_CHANGES, `give at most ${MOST_CHANGES} at once`)
    .describe('New limits, by kind or by resource. 0: nothing starts there. Null: back to the default.'),
);
