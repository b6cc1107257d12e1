/**
 * What each workflow is given, and how it is checked. The documentation (docs/schema) is made from these schemas, too.
 *
 * A worker loads this file once for all workflows of its process (`workers/bundle.ts`), before any of them runs: so it
 * must not touch what belongs to one workflow, `@temporalio/workflow` above all.
 */
import { z } from 'zod';
import type {
  ConsoleRequest,
  CopyLogRequest,
  InventoryKind,
  Manifests,
  SourceConnection,
} from '../activities/interfaces';
import { LONGEST_MESSAGE, LONGEST_NAME, LONGEST_PATH, LONGEST_WHO, LONGEST_WHY } from '../plan/field-limits';
import { LONGEST_CHANGES, MOST_CHANGES } from '../plan/changes/keys';
import * as affinity from '../plan/affinity';
import { FAILURES, type FailureKind } from '../plan/failures';
import * as guestNetwork from '../plan/guest-network';
import * as images from '../plan/images';
import * as problem from '../plan/problem';
import * as frozen from '../plan/frozen';
import * as instanceType from '../plan/instance-type';
import * as inventory from '../plan/inventory';
import { checkBounds } from '../plan/check-bounds';
import { MOST_ADDED, MOST_ADDED_BYTES, MOST_DOCUMENTS, MOST_VMS } from '../plan/limits';
import * as common from '../plan/manifests/common';
import * as windows from '../plan/manifests/windows';
import * as podResources from '../plan/pod-resources';
import { readFields, type ReadFields } from '../plan/read-fields';
import * as transferNetwork from '../plan/transfer-network';
import type { VmRef } from '../plan/vm-ref';
import type {
  AddRequest,
  CancelRequest,
  CheckInput,
  CopyDiskInput,
  FinishedRequest,
  InventoryInput,
  OperatorRequest,
  PageFrozen,
  PageInput,
  PageNews,
  PageOrders,
  RetryRequest,
  RollBackInput,
  ResetRequest,
  SkipRequest,
  StartWaveInput,
  WaveInput,
} from './temporal-api';
import { bytesOf } from './fit';
import { PHASES } from './phase-order';
import { schemaOf } from './schema-of';
import * as transferSlots from './transfer-slots/input';
import type { LimitsRecord } from './transfer-slots/limits';
import type { HolderEvent, LimitsRequest, SlotsGranted } from './transfer-slots/messages';

// A sandbox is no place for code that is made at run time.
z.config({ jitless: true });

const { frozenDiskSchema, frozenVmSchema, policySchema, urlSchema, vmRefSchema } = frozen;

const manifestsSchema = schemaOf<Manifests>()(
  z
    .array(z.record(z.string(), z.unknown()))
    .max(MOST_DOCUMENTS)
    .describe('Parsed documents: Plan, Providers, maps. No Secrets: they would stay in history.'),
);

const onlySchema = z
  .array(z.string().max(LONGEST_PATH))
  .max(MOST_VMS)
  .describe('Only these VMs of the plan, by name, moref or instance UUID; absent means all.')
  .optional();

const againSchema = z
  .array(z.string().max(LONGEST_PATH))
  .max(MOST_VMS)
  .describe('VMs that are to be migrated although they were before, named as in `only`.')
  .optional();

const adoptSchema = z
  .literal(true)
  .describe('VMs keep what unfinished runs of their migrations have left, as far as it is proven.')
  .optional();

const namedProviderSchema = z
  .object({ namespace: common.dnsLabel, name: common.objectName })
  .describe(
    'Which Provider, of the manifests or registered at the worker; absent means the only source that the manifests speak of.',
  )
  .optional();

const offsetSchema = z
  .number()
  .int()
  .min(0)
  .describe('Where the page begins: `next` of the page before; absent means the first.')
  .optional();

export const inventoryKindSchema = z.enum([
  'vms',
  'datastores',
  'networks',
  'hosts',
]) satisfies z.ZodType<InventoryKind>;

const checkedVmRefSchema = schemaOf<VmRef>()(vmRefSchema);

/** Of a console or a log: far more than an answer holds. */
const linesSchema = z.number().int().min(1).max(100_000);

/** Counts over a whole migration, whatever it went through. */
const attemptSchema = z.number().int().min(1).max(1_000_000);

const thumbprintSchema = z
  .string()
  .regex(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/, 'give a SHA-1 in colon form, in upper case');

const hostUrlSchema = z
  .string()
  .max(LONGEST_NAME + 'https://'.length)
  .regex(/^https:\/\/[-\w.:[\]]+$/, 'give the address of an ESXi host, as https://esx1.example.com');

const connectionSchema = schemaOf<SourceConnection>()(
  z.object({
    vcenterUrl: urlSchema('vsphere'),
    vcenterThumbprint: thumbprintSchema,
    hostUrl: hostUrlSchema,
    hostThumbprint: thumbprintSchema.nullable(),
    importHost: frozenVmSchema.shape.vm.shape.moref.optional(),
  }),
);

/** VMs of a wave, with those that are added while it runs. */
const MOST_ROWS = 1_000_000;

const KEPT = 'it is kept in the record';

const operatorRequest = schemaOf<OperatorRequest>()(
  z.strictObject({
    who: said(LONGEST_WHO).describe('Who decides; kept in the record.'),
    why: said(LONGEST_WHY).describe('The reason; kept in the record.'),
  }),
);

const retryRequest = schemaOf<RetryRequest>()(
  operatorRequest.extend({
    changes: z
      .record(z.string(), z.string())
      .refine((changes) => Object.keys(changes).length > 0, 'name at least one key, or leave `changes` out')
      .refine((changes) => Object.keys(changes).length <= MOST_CHANGES, `give at most ${MOST_CHANGES} keys`)
      .refine(
        (changes) => Object.entries(changes).flat().join('').length <= LONGEST_CHANGES,
        `give at most ${LONGEST_CHANGES} characters, keys and values together`,
      )
      .describe('Settings with which the VM goes on: the written value by key. The keys: docs/operations.md.')
      .optional(),
  }),
);
const finishedRequest = operatorRequest.extend({
  vcenterUuid: frozenVmSchema.shape.vcenterUuid,
  moref: frozenVmSchema.shape.vm.shape.moref,
  runId: z.string().min(1).max(LONGEST_NAME).describe('Run id of the migration that succeeded.'),
});

const resetRequest = schemaOf<ResetRequest>()(
  operatorRequest.extend({
    to: z.enum(PHASES).describe('The phase that is to be done again, with all after it.'),
  }),
);

/** What `migrateVm` hears, by the name of the update. */
export const UPDATES = {
  retry: retryRequest,
  reset: resetRequest,
  adopt: operatorRequest,
  removeLeftOver: operatorRequest,
  abort: operatorRequest,
} as const;

const choiceFields = {
  vm: z.string().min(1).max(LONGEST_PATH).describe('One VM: by name, moref or workflow id.').optional(),
  group: z.string().min(1).max(LONGEST_NAME).describe('All VMs of this group.').optional(),
};

/** Exactly one of them: a word that names nobody is not taken for one to all. */
const isOne = (choice: object) => Object.values(choice).filter((field) => field !== undefined).length === 1;

/** What may be taken apart without counting, and is small enough for a history that has it a few times. */
const isSmall = (documents: Manifests) =>
  checkBounds(documents) === null && bytesOf(documents) <= MOST_ADDED_BYTES;

const addRequest = schemaOf<AddRequest>()(
  operatorRequest.extend({
    vms: z
      .array(z.string().min(1).max(LONGEST_PATH))
      .min(1)
      .max(MOST_ADDED)
      .describe('VMs of the plan that are not in the wave, by the id or name that `spec.vms` has of them.'),
    manifests: manifestsSchema
      .refine(isSmall, {
        message: 'add fewer VMs at once, or leave out what they do not need, as entries of the maps',
        params: { found: `has more than ${MOST_ADDED_BYTES / 1024} KiB` },
      })
      .describe(
        `Documents of the wave's plan, at most ${MOST_ADDED_BYTES / 1024} KiB as JSON. Of a large plan, those of \`vms\` alone.`,
      ),
    adopt: adoptSchema,
  }),
);

/** What `migrateWave` hears, by the name of the update. */
export const WAVE_UPDATES = {
  pause: operatorRequest,
  resume: operatorRequest,
  skip: schemaOf<SkipRequest>()(
    operatorRequest
      .extend(choiceFields)
      .refine(({ vm, group }) => isOne({ vm, group }), 'give one of vm and group'),
  ),
  cancel: schemaOf<CancelRequest>()(
    operatorRequest
      .extend({ ...choiceFields, all: z.literal(true).describe('The whole wave.').optional() })
      .refine(({ vm, group, all }) => isOne({ vm, group, all }), 'give one of vm, group and all'),
  ),
  add: addRequest,
} as const;

/** By the name of the update. */
export interface WaveRequests {
  pause: OperatorRequest;
  resume: OperatorRequest;
  skip: SkipRequest;
  cancel: CancelRequest;
  add: AddRequest;
}

/** What `transferSlots` hears of operators, by the name of the update. */
export const SLOTS_UPDATES = {
  setLimits: schemaOf<LimitsRequest>()(operatorRequest.extend({ limits: transferSlots.limitChangesSchema })),
} as const;

/** What `transferSlots` and `migrateVm` hear of each other, by the name of the signal. */
const SIGNALS = { slots: transferSlots.holderEvents, slotsGranted: transferSlots.slotsGranted } as const;
/** A number of a page, or of a VM in its wave. */
const rowSchema = z.number().int().min(0).max(MOST_ROWS);

const senderFields = { wave: z.string().max(LONGEST_NAME), page: rowSchema };

const saidFailure = z.object({
  kind: z.enum(Object.keys(FAILURES) as [FailureKind, ...FailureKind[]]),
  message: z.string().max(LONGEST_MESSAGE),
  remedy: z.string().max(LONGEST_MESSAGE),
});

/** What waves and their pages say to each other, by the name of the signal. */
const PAGE_SIGNALS = {
  pageFrozen: schemaOf<PageFrozen>()(
    z.object({
      ...senderFields,
      problems: z.array(problem.problemSchema),
      failure: saidFailure.nullable(),
      migrated: z.array(rowSchema),
    }),
  ),
  pageNews: schemaOf<PageNews>()(
    z.object({
      ...senderFields,
      news: z.array(
        z.union([
          z.object({ row: rowSchema, is: z.enum(['running', 'parked']) }),
          z.object({
            row: rowSchema,
            is: z.literal('ended'),
            outcome: z.enum(['succeeded', 'alreadyMigrated', 'failed', 'aborted', 'skipped']),
            failure: saidFailure.nullable(),
          }),
        ]),
      ),
    }),
  ),
  pageOrders: schemaOf<PageOrders>()(
    z.object({
      start: z.array(rowSchema).optional(),
      giveUp: z.array(operatorRequest.extend({ row: rowSchema })).optional(),
      finish: z.array(z.object({ row: rowSchema, outcome: z.enum(['skipped', 'aborted']) })).optional(),
    }),
  ),
} as const;

type PageSignals = { pageFrozen: PageFrozen; pageNews: PageNews; pageOrders: PageOrders };

/** Undefined for anything else: any client may send it. */
export function readPageSignal<S extends keyof PageSignals>(
  signal: S,
  said: unknown,
): PageSignals[S] | undefined {
  return readFields<PageSignals[S]>(PAGE_SIGNALS[signal] as unknown as z.ZodType<PageSignals[S]>, said).value;
}

function said(most: number) {
  return z
    .string()
    .max(most)
    .refine((text) => text.trim() !== '', `say it: ${KEPT}`);
}

const waveInput = z.object({
  manifests: manifestsSchema,
  only: onlySchema,
  again: againSchema,
  adopt: adoptSchema,
});

/** By the type of the workflow. */
export const INPUTS = {
  migrateWave: schemaOf<WaveInput>()(
    waveInput.extend({
      continued: z
        .record(z.string(), z.unknown())
        .describe('What a wave hands on to its next run. No client gives it.')
        .optional(),
    }),
  ),
  startWave: schemaOf<StartWaveInput>()(
    waveInput.extend({ plan: z.object({ namespace: common.dnsLabel, name: common.manifestName }) }),
  ),
  wavePage: schemaOf<PageInput>()(
    z.object({
      wave: z.string().max(LONGEST_NAME).describe('Run id of the first run of its wave.'),
      page: rowSchema,
      first: rowSchema.describe('The number of its first VM in the wave; the others follow.'),
      rows: z
        .array(
          z.object({
            moref: z.string().max(LONGEST_NAME),
            name: z.string().max(LONGEST_NAME),
            group: z.string().max(LONGEST_NAME).optional(),
            priority: z.number().int().min(1).max(9).optional(),
          }),
        )
        .max(MOST_VMS),
      manifests: manifestsSchema,
      again: againSchema,
      adopt: adoptSchema,
      images: images.checkedImagesSchema.optional(),
    }),
  ),
  migrateVm: frozenVmSchema,
  rollBackVm: schemaOf<RollBackInput>()(
    finishedRequest.extend({
      source: z
        .enum(['start', 'leaveOff'])
        .describe('Absent: the source is started if it ran before its migration.')
        .optional(),
      deleteTarget: z.boolean().describe('Absent: the target is kept, halted, with its volumes.').optional(),
    }),
  ),
  finalizeVm: schemaOf<FinishedRequest>()(finishedRequest),
  copyDisk: schemaOf<CopyDiskInput>()(
    z.object({
      vm: checkedVmRefSchema,
      disk: frozenDiskSchema,
      policy: policySchema.pick({
        copyAttempts: true,
        importRestarts: true,
        copyDeadlineSeconds: true,
        copyStartDeadlineSeconds: true,
        stallWarningSeconds: true,
        stallDeadlineSeconds: true,
      }),
      connection: connectionSchema,
      copyId: common.dnsLabel,
      firstAttempt: attemptSchema,
    }),
  ),
  checkPlan: schemaOf<CheckInput>()(
    z.object({ manifests: manifestsSchema, only: onlySchema, again: againSchema, offset: offsetSchema }),
  ),
  listInventory: schemaOf<InventoryInput>()(
    z.object({
      manifests: manifestsSchema,
      provider: namedProviderSchema,
      kind: inventoryKindSchema,
      offset: offsetSchema,
    }),
  ),
  readConsole: schemaOf<ConsoleRequest>()(
    z.object({
      vm: checkedVmRefSchema,
      lines: linesSchema.describe('Last lines to return; fewer where they are long.'),
    }),
  ),
  transferSlots: transferSlots.transferSlotsInput,
  readCopyLog: schemaOf<CopyLogRequest>()(
    z.object({
      vm: checkedVmRefSchema,
      disk: frozenDiskSchema,
      attempt: attemptSchema.nullable().describe('Null: the newest that has a Pod.'),
      lines: linesSchema.describe('Last lines to return; fewer where they are long.'),
      after: z
        .string()
        .max(LONGEST_NAME)
        .nullable()
        .describe('Only lines after this place: `next` of an answer before.'),
    }),
  ),
} as const;

export type WorkflowType = keyof typeof INPUTS;

/** An operator's word, or everything that is wrong with it. */
export function readOperatorRequest(request: unknown): ReadFields<OperatorRequest> {
  return readFields(operatorRequest, request);
}

/** An operator's retry, or everything that is wrong with it. What the keys mean is not looked at. */
export function readRetryRequest(request: unknown): ReadFields<RetryRequest> {
  return readFields<RetryRequest>(UPDATES.retry, request);
}

/** An operator's reset, or everything that is wrong with it. */
export function readResetRequest(request: unknown): ReadFields<ResetRequest> {
  return readFields<ResetRequest>(UPDATES.reset, request);
}

/** An operator's word to a wave, or everything that is wrong with it. */
export function readWaveRequest<A extends keyof WaveRequests>(
  action: A,
  request: unknown,
): ReadFields<WaveRequests[A]> {
  return readFields<WaveRequests[A]>(WAVE_UPDATES[action] as unknown as z.ZodType<WaveRequests[A]>, request);
}

/** What a migration tells `transferSlots`, or everything that is wrong with it. */
export function readHolderEvents(events: unknown): ReadFields<HolderEvent[]> {
  return readFields<HolderEvent[]>(SIGNALS.slots, events);
}

/** New limits, or everything that is wrong with them. */
export function readLimitsRequest(request: unknown): ReadFields<LimitsRequest> {
  return readFields<LimitsRequest>(SLOTS_UPDATES.setLimits, request);
}

/** The limits that a run has left, or what is wrong with them. */
export function readLimitsRecord(record: unknown): ReadFields<LimitsRecord> {
  return readFields<LimitsRecord>(transferSlots.limitsRecordSchema, record);
}

/** What `transferSlots` tells a migration, or everything that is wrong with it. */
export function readSlotsGranted(grants: unknown): ReadFields<SlotsGranted> {
  return readFields(SIGNALS.slotsGranted, grants);
}

/** What a workflow may begin with, or everything that is wrong with it. */
export function readInput(type: WorkflowType, input: unknown): ReadFields<unknown> {
  return readFields<unknown>(INPUTS[type], input);
}

// What is loaded once the SDK freezes, through and through, but stops at what is frozen already. Schemas remember
// things at first use: so they stay as they are behind modules that are frozen by themselves.
for (const module of [
  affinity,
  frozen,
  guestNetwork,
  images,
  instanceType,
  inventory,
  common,
  podResources,
  problem,
  transferNetwork,
  windows,
  INPUTS,
  UPDATES,
  WAVE_UPDATES,
  PAGE_SIGNALS,
  SLOTS_UPDATES,
  SIGNALS,
  transferSlots,
])
  Object.freeze(module);
