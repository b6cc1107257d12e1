/** `spec.drover.acknowledge`: what somebody knows of the VMs of a Plan, and has decided to live with. */
import { z } from 'zod';
import { LONGEST_NAME, LONGEST_PATH, LONGEST_WHY, MOST_ACKNOWLEDGEMENTS } from '../field-limits';
import { MOST_VMS } from '../limits';
import { fields } from './fields';

const acknowledgementSchema = fields({
  /** Id of a policy, as docs/policies.md has it. */
  policy: z.string().min(1).max(LONGEST_NAME),
  /** As their entries in `spec.vms` call them, by id or name; absent: all VMs of the Plan. */
  vms: z.array(z.string().min(1).max(LONGEST_PATH)).min(1).max(MOST_VMS).optional(),
  /** Shown wherever the policy is. */
  why: z.string().trim().min(1, 'say why: it is shown beside what was found').max(LONGEST_WHY),
});

export const acknowledgeSchema = z.array(acknowledgementSchema).max(MOST_ACKNOWLEDGEMENTS).default([]);
