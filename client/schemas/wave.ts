/** What migrateWave says; for its input see workflows/inputs.ts. */
import { z } from 'zod';
import { migratedVmSchema } from '../../plan/frozen';
import { problemSchema } from '../../plan/problem';
import type { VmSummary, WaveResult, WaveState, WaveVm } from '../../workflows/temporal-api';
import { diskFellBackSchema, failureSchema, nameRefSchema, outcomeSchema } from './common';
import { schemaOf } from '../../workflows/schema-of';
import { phaseSchema } from './vm';

const waveVmSchema = schemaOf<WaveVm>()(
  z.object({
    name: z.string(),
    moref: z.string(),
    workflowId: z.string(),
    phase: z.enum(['queued', 'starting', 'running', 'parked', 'ended']),
    outcome: outcomeSchema.nullable(),
    failure: failureSchema.nullable(),
  }),
);

const waveStateObject = z.object({
  plan: nameRefSchema,
  phase: z.enum(['resolving', 'migrating', 'ended']),
  problems: z.array(problemSchema),
  maxConcurrentVms: z.number().int(),
  vms: z.array(waveVmSchema),
});

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
    outcome: outcomeSchema,
    failure: failureSchema.nullable(),
    migrated: migratedVmSchema
      .pick({ plan: true, at: true, targetStands: true })
      .describe('Of one that was migrated before.')
      .optional(),
  }),
);

export const waveStateSchema = schemaOf<WaveState>()(waveStateObject);
export const waveResultSchema = schemaOf<WaveResult>()(
  waveStateObject.extend({
    succeeded: z.boolean().describe('True when every VM succeeded, or was migrated before.'),
    results: z.array(vmSummarySchema),
  }),
);
