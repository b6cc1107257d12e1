/** `spec.drover.wave`: in which order the VMs of a Plan start, and when no more of them do. */
import { z } from 'zod';
import { COUNTS, LONGEST_PATH, MOST_FORMER_GROUPS, MOST_GROUPS } from '../field-limits';
import { MOST_VMS } from '../limits';
import { dnsLabel } from './common';
import { fields } from './fields';
import { windowsSchema } from './windows';

/** Of a VM that says none, and whose group says none. */
export const DEFAULT_PRIORITY = 5;

/** Higher starts first. */
const priority = z.number().int().min(COUNTS['wave.priority'][0]).max(COUNTS['wave.priority'][1]);

/** A VM as its entry in `spec.vms` calls it: by id or name. */
const vmText = z.string().min(1).max(LONGEST_PATH);

const groupSchema = fields({
  name: dnsLabel,
  vms: z.array(vmText).min(1).max(MOST_VMS),
  /** Groups that have to be migrated before a VM of this one starts. */
  after: z.array(dnsLabel).max(MOST_FORMER_GROUPS).default([]),
  /** Of its VMs that have none of their own. */
  priority: priority.default(DEFAULT_PRIORITY),
});

const vmPrioritySchema = fields({ vm: vmText, priority });

const canarySchema = fields({
  /** So many, the first in the order of the wave; or these. */
  vms: z.union(
    [z.number().int().min(1).max(MOST_VMS), z.array(vmText).min(1).max(MOST_VMS)],
    `give a number from 1 to ${MOST_VMS}, or a list of VMs of spec.vms`,
  ),
});

const PERCENT = /^(\d{1,2})%$/;

const gateSchema = fields({
  /** More than so many that failed, were aborted or are parked hold the wave; as a share, of those that have come so far. */
  maxFailed: z.union(
    [
      z.number().int().min(0).max(MOST_VMS),
      z
        .string()
        .regex(PERCENT)
        .transform((text) => ({ percent: Number(PERCENT.exec(text)?.[1]) })),
    ],
    `give a number from 0 to ${MOST_VMS}, or a share from 0% to 99%`,
  ),
  /** A share is judged from so many VMs on. */
  minVms: z.number().int().min(COUNTS['wave.gate.minVms'][0]).max(COUNTS['wave.gate.minVms'][1]).optional(),
});

export const waveSchema = fields({
  groups: z.array(groupSchema).max(MOST_GROUPS).default([]),
  priorities: z.array(vmPrioritySchema).max(MOST_VMS).default([]),
  canary: canarySchema.optional(),
  gate: gateSchema.optional(),
  /** When VMs may start; none: at any time. */
  startWindows: windowsSchema,
  /** When sources may be stopped; none: at any time. */
  cutoverWindows: windowsSchema,
});
