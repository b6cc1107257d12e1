/** What migrateVm says and hears. Its input is a frozen VM: see plan/frozen.ts. */
import { z } from 'zod';
import type { ConversionReport, GuestProof } from '../../activities/interfaces';
import { HOOK_STEPS, hookResultsSchema } from '../../plan/hooks';
import {
  type Attention,
  type Decision,
  type DiskState,
  type HookRun,
  type LeftOver,
  PHASES,
  type PhaseTiming,
  type VmResult,
  type VmState,
} from '../../workflows/temporal-api';
import {
  attemptLogSchema,
  failureSchema,
  fellBackSchema,
  nameRefSchema,
  outcomeSchema,
  standingSchema,
  timeSchema,
} from './common';
import { schemaOf } from '../../workflows/schema-of';

export const phaseSchema = z.enum(PHASES);

const diskStateSchema = schemaOf<DiskState>()(
  z.object({
    key: z.number().int().describe("vSphere's device key"),
    index: z.number().int(),
    path: z.string(),
    volumeName: z.string(),
    method: z.enum(['import', 'plugin']),
    fellBack: fellBackSchema.optional().describe("Imported although its datastore's disks go by a plugin."),
    adopted: z.literal(true).optional().describe('An earlier run copied it, and this one has kept the copy.'),
    capacityBytes: z.number().int(),
    phase: z.enum(['waiting', 'copying', 'copied', 'failed']),
    attempts: z.number().int(),
    attemptLog: attemptLogSchema,
    bytesCopied: z.number().nullable().describe('Null where the copier does not say.'),
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    failure: failureSchema.nullable(),
  }),
);

const attentionSchema = schemaOf<Attention>()(
  z.object({ phase: phaseSchema, since: timeSchema, deadline: timeSchema, failure: failureSchema }),
);

const timingSchema = schemaOf<PhaseTiming>()(
  z.object({ phase: phaseSchema, startedAt: timeSchema, endedAt: timeSchema.nullable() }),
);

export const decisionSchema = schemaOf<Decision>()(
  z.object({
    at: timeSchema,
    action: z.enum([
      'retry',
      'reset',
      'adopt',
      'removeLeftOver',
      'abort',
      'cancel',
      'deadline',
      'skip',
      'rollBack',
      'finalize',
    ]),
    who: z.string(),
    why: z.string(),
    changes: z
      .array(z.object({ key: z.string(), before: z.string(), after: z.string() }))
      .describe('What a retry changed, as it was and is.')
      .optional(),
    to: phaseSchema.optional(),
  }),
);

const conversionSchema = schemaOf<ConversionReport>()(
  z.object({
    converted: z.boolean(),
    os: z.string().nullable(),
    osinfo: z.string().nullable(),
    virtio: z.boolean().nullable(),
    firmware: z.enum(['bios', 'efi']).nullable(),
    bootDisk: z.number().nullable(),
    warnings: z.array(z.string()),
    accelerator: z.enum(['kvm', 'tcg']).nullable(),
  }),
);

const proofSchema = schemaOf<GuestProof>()(
  z.object({ by: z.enum(['agent', 'console', 'port', 'network']), evidence: z.string() }),
);

const leftOverSchema = schemaOf<LeftOver>()(
  z.object({
    adoptedAt: timeSchema.nullable().describe('Null: nobody has decided; this is what an adoption would do.'),
    disks: z.array(z.object({ index: z.number().int(), kept: z.boolean(), why: z.string() })),
    conversionGoesOn: z.boolean(),
    refusal: z.string().nullable().describe('Why nothing can be adopted.'),
  }),
);

const hookRunSchema = schemaOf<HookRun>()(
  z.object({
    step: z.enum(HOOK_STEPS),
    name: z.string().describe('Of the hook.'),
    attempt: z.number().int(),
    startedAt: timeSchema,
    endedAt: timeSchema.nullable(),
    outcome: z.enum(['running', 'succeeded', 'failed', 'stopped']),
    failure: failureSchema.nullable(),
    results: hookResultsSchema.describe('What it says to later hooks.'),
    warning: z.string().nullable(),
    log: z.array(z.string()).describe('Its last lines, oldest first; empty until it has ended.'),
  }),
);

const sourceSchema = z.object({
  ranAtStart: z.boolean().nullable(),
  stoppedByUs: z.boolean(),
  stoppedAt: timeSchema.nullable(),
  startedAgainAt: timeSchema.nullable(),
  off: z
    .object({ bootTime: timeSchema.nullable(), lastPowerOn: timeSchema.nullable() })
    .optional()
    .describe('What vCenter said of it when it was proven off.'),
});

const vmStateObject = z.object({
  plan: nameRefSchema,
  vm: z.object({ name: z.string(), moref: z.string() }),
  target: nameRefSchema,
  phase: phaseSchema,
  outcome: outcomeSchema.nullable().describe('Null while it goes on.'),
  attention: attentionSchema.nullable().describe('Set while it waits for an operator.'),
  window: standingSchema.describe('While it waits for its cutover window: when that opens.').optional(),
  leftOver: leftOverSchema
    .describe('What an unfinished run has left; absent where nothing was found, or nobody looked.')
    .optional(),
  disks: z.array(diskStateSchema),
  hooks: z.array(hookRunSchema).describe('The last attempt at each hook that has run.').optional(),
  timings: z.array(timingSchema),
  source: sourceSchema,
  targetRunningAt: timeSchema.nullable(),
  conversion: conversionSchema.nullable(),
  proof: proofSchema.nullable(),
  decisions: z.array(decisionSchema),
  failure: failureSchema.nullable(),
  left: z.array(z.string()).describe('What an abort could not remove, and why.'),
  skipped: z
    .literal(true)
    .describe('Given up by a policy `skip` of its plan: its wave counts it as skipped.')
    .optional(),
});

export const vmStateSchema = schemaOf<VmState>()(vmStateObject);
export const vmResultSchema = schemaOf<VmResult>()(vmStateObject.extend({ outcome: outcomeSchema }));
