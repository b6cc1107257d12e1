/** What migrateWave says; for its input see workflows/inputs.ts. */
import { z } from 'zod';
import { migratedVmSchema } from '../../plan/frozen';
import { problemSchema } from '../../plan/problem';
import type { WaveRules } from '../../plan/wave';
import {
  type AddAnswer,
  type PageResult,
  type StartWaveResult,
  type VmSummary,
  WAIT_CAUSES,
  type WaveAnswer,
  type WaveCount,
  type WaveDecision,
  type WaveHold,
  type WaveResult,
  type WaveState,
  type WaveVm,
} from '../../workflows/temporal-api';
import {
  diskFellBackSchema,
  failureSchema,
  nameRefSchema,
  outcomeSchema,
  standingSchema,
  timeSchema,
} from './common';
import { frozenWindowsSchema } from '../../plan/manifests/windows';
import { schemaOf } from '../../workflows/schema-of';
import { decisionSchema, phaseSchema } from './vm';

const waveOutcomeSchema = z.enum([...outcomeSchema.options, 'skipped']);

const operatorSchema = { who: z.string(), why: z.string() };

const waveVmSchema = schemaOf<WaveVm>()(
  z.object({
    name: z.string(),
    moref: z.string(),
    workflowId: z.string(),
    phase: z.enum(['queued', 'starting', 'running', 'parked', 'ended']),
    outcome: waveOutcomeSchema.nullable(),
    failure: failureSchema.nullable(),
    disks: z.number().int().optional(),
    bytes: z.number().describe('Capacity of all its disks.').optional(),
    methods: z
      .array(z.enum(['import', 'plugin']))
      .describe('How its disks are to be copied.')
      .optional(),
    group: z.string().optional(),
    priority: z.number().int().optional(),
    canary: z.literal(true).optional(),
    unstarted: z.literal(true).describe('It was skipped or cancelled before it started.').optional(),
    forgiven: z.literal(true).describe('A resume went on in spite of it.').optional(),
    cancelled: z.object(operatorSchema).describe('Who gave it up while it ran.').optional(),
  }),
);

const waveHoldSchema = schemaOf<WaveHold>()(
  z.object({
    kind: z.enum(['paused', 'gate', 'window', 'canary', 'group', 'slots']),
    why: z.string().describe('One sentence.'),
    since: timeSchema,
    needsOperator: z.boolean().describe('Whether it ends only by resume, or by a retry of what is parked.'),
    group: z.string().describe('The group that waits; absent where all do.').optional(),
    vms: z.array(z.string()).describe('Names of the VMs that are waited for, the first of them.'),
    count: z.number().int().describe('How many there are.'),
    until: timeSchema.describe('Of a window: when the next one opens.').optional(),
  }),
);

const waveDecisionSchema = schemaOf<WaveDecision>()(
  z.object({
    at: timeSchema,
    action: z.enum(['pause', 'resume', 'skip', 'cancel', 'add']),
    ...operatorSchema,
    about: z
      .string()
      .describe('`wave`, `group NAME`, `VM NAME`, `VMs NAME, NAME`; of a resume, what it ended.'),
    vms: z.number().int().describe('VMs that it concerned.'),
  }),
);

const waveCountSchema = schemaOf<WaveCount>()(
  z.object({
    group: z.string().nullable().describe('Null: of no group.'),
    total: z.number().int(),
    phases: z.partialRecord(z.enum(['queued', 'starting', 'running', 'parked']), z.number().int()),
    outcomes: z.partialRecord(waveOutcomeSchema, z.number().int()),
  }),
);

export const waveRulesSchema = schemaOf<WaveRules>()(
  z.object({
    groups: z.array(z.object({ name: z.string(), after: z.array(z.string()) })),
    gate: z
      .object({
        most: z.union([z.number().int(), z.object({ percent: z.number().int() })]),
        minVms: z.number().int(),
      })
      .nullable(),
    startWindows: frozenWindowsSchema.describe('VMs start only while one of them is open.').optional(),
  }),
);

export const waveAnswerSchema = schemaOf<WaveAnswer>()(
  z.object({
    changed: z.boolean().describe('False where it was so already.'),
    done: z.string().describe('What became of it, in a clause.'),
    holds: z.array(waveHoldSchema),
  }),
);

export const addAnswerSchema = schemaOf<AddAnswer>()(
  waveAnswerSchema.extend({
    problems: z
      .array(problemSchema)
      .describe('Of the VMs that are to be added; with any error, none of them is.'),
  }),
);

const waveStateObject = z.object({
  plan: nameRefSchema,
  phase: z.enum(['resolving', 'migrating', 'ended']),
  problems: z.array(problemSchema),
  maxConcurrentVms: z.number().int(),
  vms: z.array(waveVmSchema),
  rules: waveRulesSchema.describe('What the plan says of its wave.').optional(),
  window: standingSchema.describe('How its start windows stand; absent where it has none.').optional(),
  paused: z
    .object({ at: timeSchema, ...operatorSchema })
    .describe('Set while an operator has it paused.')
    .optional(),
  holds: z.array(waveHoldSchema).describe('Why queued VMs are not started.').optional(),
  decisions: z.array(waveDecisionSchema).describe('The last 100 words of operators.').optional(),
  released: z
    .object({ canary: z.boolean(), groups: z.array(z.string()) })
    .describe('What a resume let pass: canaries, and groups with failed VMs.')
    .optional(),
  counts: z.array(waveCountSchema).describe('How many VMs stand how, by group.').optional(),
  next: z
    .number()
    .int()
    .describe('Where there are more VMs: ask for the next from this one on, counted from 0.')
    .optional(),
});

const waitCauseSchema = z.enum(WAIT_CAUSES);

const vmSummarySchema = schemaOf<VmSummary>()(
  z.object({
    name: z.string(),
    target: z.string().describe('namespace/name'),
    disks: z.number().int(),
    bytes: z.number(),
    methods: z.array(z.string()),
    fellBack: z.array(diskFellBackSchema).optional(),
    downtimeSeconds: z.number().nullable(),
    phaseSeconds: z.partialRecord(phaseSchema, z.number()),
    outcome: waveOutcomeSchema,
    failure: failureSchema.nullable(),
    group: z.string().optional(),
    migrated: migratedVmSchema
      .pick({ plan: true, at: true, targetStands: true })
      .describe('Of one that was migrated before.')
      .optional(),
    startedAt: timeSchema.describe('When its migration began; absent where it did not start.').optional(),
    endedAt: timeSchema.optional(),
    waitSeconds: z.partialRecord(waitCauseSchema, z.number()).describe('By what it waited for.').optional(),
    attempts: z.number().int().describe('At its disks, all together.').optional(),
    estimatedCopySeconds: z
      .tuple([z.number().int(), z.number().int()])
      .describe('How long its copies would take, at least and at most, before they began.')
      .optional(),
    decisions: z.array(decisionSchema).describe('The last words of operators about this VM.').optional(),
    timeline: z
      .array(z.tuple([z.enum([...phaseSchema.options, ...WAIT_CAUSES]), z.number().int(), z.number().int()]))
      .describe('What it did or waited for, from when to when: seconds since it began. Of many, the last.')
      .optional(),
  }),
);

export const waveStateSchema = schemaOf<WaveState>()(waveStateObject);
export const waveResultSchema = schemaOf<WaveResult>()(
  waveStateObject.extend({
    succeeded: z.boolean().describe('True when every VM succeeded, was migrated before, or was skipped.'),
    results: z
      .array(vmSummarySchema)
      .describe('Where `pages` is set, only those of VMs whose pages are lost.'),
    pages: z
      .array(z.object({ workflowId: z.string(), runId: z.string() }))
      .describe('Where they are too many for one message: the results of these workflows have them.')
      .optional(),
  }),
);

export const startWaveResultSchema = schemaOf<StartWaveResult>()(
  z.object({
    workflowId: z.string().describe('Of the wave.'),
    started: z.boolean().describe('False where a wave of the plan ran still.'),
  }),
);

export const pageResultSchema = schemaOf<PageResult>()(
  z.object({ plan: nameRefSchema, results: z.array(vmSummarySchema) }),
);
