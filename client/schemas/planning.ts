/** What checkPlan and listInventory say; for their inputs see workflows/inputs.ts. */
import { z } from 'zod';
import type { InventoryVm } from '../../activities/interfaces';
import { frozenVmSchema, migratedVmSchema } from '../../plan/frozen';
import type { SourceDatastore, SourceHost, SourceNetwork } from '../../plan/inventory';
import { problemSchema } from '../../plan/problem';
import type { CheckResult, InventoryResult, WindowLook } from '../../workflows/temporal-api';
import { inventoryKindSchema } from '../../workflows/inputs';
import { frozenWindowsSchema } from '../../plan/manifests/windows';
import { nameRefSchema, standingSchema } from './common';
import { waveRulesSchema } from './wave';
import { schemaOf } from '../../workflows/schema-of';

const nextSchema = z.number().int().nullable().describe('Offset of the next page; null after the last.');

const windowLookSchema = schemaOf<WindowLook>()(
  z.object({ windows: frozenWindowsSchema, standing: standingSchema }),
);

export const checkResultSchema = schemaOf<CheckResult>()(
  z.object({
    plan: nameRefSchema,
    problems: z.array(problemSchema),
    vms: z.array(frozenVmSchema).describe('Each is a valid input of migrateVm.'),
    migrated: z
      .array(migratedVmSchema)
      .describe('VMs that were migrated before, and are left alone.')
      .optional(),
    wave: waveRulesSchema.describe('What the plan says of its wave.').optional(),
    roles: z
      .array(
        z.object({
          moref: z.string(),
          group: z.string().nullable(),
          priority: z.number().int(),
          canary: z.boolean(),
        }),
      )
      .describe('What each VM of the page is in the wave.')
      .optional(),
    windows: z
      .object({ start: windowLookSchema.optional(), cutover: windowLookSchema.optional() })
      .describe('Windows of the plan, and how they stand at the time of the check.')
      .optional(),
    total: z.number().int(),
    next: nextSchema,
  }),
);

const vmSchema = schemaOf<InventoryVm>()(
  z.object({
    moref: z.string(),
    name: z.string(),
    inventoryPath: z.string(),
    powerState: z.string(),
    guestName: z.string(),
    firmware: z.string(),
    cpus: z.number(),
    memoryMiB: z.number(),
    disks: z.number().int(),
    capacityBytes: z.number(),
    host: z.string(),
  }),
);

const datastoreSchema = schemaOf<SourceDatastore>()(
  z.object({
    moref: z.string(),
    name: z.string(),
    type: z.string(),
    capacityBytes: z.number(),
    freeBytes: z.number(),
    unreachable: z
      .enum(['no host reaches it', 'it is in maintenance'])
      .describe('Why no disk on it can be read; absent where they can')
      .optional(),
  }),
);

const networkSchema = schemaOf<SourceNetwork>()(
  z.object({
    moref: z.string(),
    name: z.string(),
    type: z.string(),
    onlyOn: z.string().describe('Cards that name a network of type unlisted.').optional(),
  }),
);

const hostSchema = schemaOf<SourceHost>()(
  z.object({ moref: z.string(), name: z.string(), connection: z.string(), inMaintenance: z.boolean() }),
);

export const inventoryResultSchema = schemaOf<InventoryResult>()(
  z.object({
    kind: inventoryKindSchema,
    items: z.array(z.union([vmSchema, datastoreSchema, networkSchema, hostSchema])),
    next: nextSchema,
  }),
);
