/** One VM of a Plan. */
import { z } from 'zod';
import { HOOK_STEPS } from '../hooks';
import {
  absentIfEmpty,
  dnsLabel,
  objectName,
  objectRefSchema,
  optionalRefSchema,
  OTHER_SOURCE_FIELDS,
  sourceRefFields,
} from './common';
import { fields, refused } from './fields';
import { readRootDisk } from '../root-disk';
import { templateFields } from './name-templates';
import { PARK_INSTEAD } from './plan-refusals';

export const targetPowerStateSchema = z.enum(['on', 'off', 'auto']);

/** One for each step, in any order: see `check-manifest.ts`. */
const vmHooksSchema = z
  .array(fields({ hook: objectRefSchema, step: z.enum(HOOK_STEPS) }))
  .max(HOOK_STEPS.length);

export const planVmSchema = fields(
  {
    ...sourceRefFields,
    /** The VirtualMachine's name; absent, it is derived from the VM's. */
    targetName: absentIfEmpty(dnsLabel),
    /** Absent: the plan's. */
    targetPowerState: absentIfEmpty(targetPowerStateSchema),
    ...templateFields,
    /** Absent: the conversion finds it, else the source says it. */
    rootDisk: absentIfEmpty(
      z
        .string()
        .refine(
          (text) => readRootDisk(text) !== null,
          'give a disk or a partition as the guest calls it, as /dev/sda or /dev/sdb2',
        ),
    ),
    /** Of the target: it gives the CPUs and memory. Absent: those of the source. */
    instanceType: absentIfEmpty(objectName),
    /** Absent: none. */
    hooks: vmHooksSchema.optional(),
    /** Secret with the passphrases of its encrypted disks, one under each key. Empty: none. */
    luks: optionalRefSchema.optional(),
    /** Whether its encrypted disks are opened by Clevis, with what a server in the network gives. */
    nbdeClevis: z.boolean().optional(),
    /** Absent: the plan's. */
    enableNestedVirtualization: z.boolean().optional(),
    /** Absent: the plan's. */
    rdmAsLun: z.boolean().optional(),
    /** Absent: the plan's. */
    scsiReservation: z.boolean().optional(),
    /** Whether its migration copies the disks that other VMs have, too. Absent: the plan's. */
    migrateSharedDisks: z.boolean().optional(),
  },
  {
    ignored: OTHER_SOURCE_FIELDS,
    notHonoured: {
      deleteVmOnFailMigration: refused(PARK_INSTEAD, false),
    },
  },
);

export type PlanVm = z.infer<typeof planVmSchema>;
