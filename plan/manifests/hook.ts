/** Hook: an image that runs as a Job at a point of a VM's migration, which the VM of a Plan names. */
import { z } from 'zod';
import { LONGEST_WAIT_SECONDS } from '../field-limits';
import { playbookSchema } from '../hooks';
import { absentIfEmpty, imageReference, manifestSchema, objectName } from './common';
import { fields, refused } from './fields';

export const hookSchema = manifestSchema(
  'Hook',
  fields(
    {
      image: imageReference,
      /** Base64. Absent: the image runs as it is. */
      playbook: z.preprocess(withoutBreaks, playbookSchema.optional()).optional(),
      /** Of the target namespace. Absent: the Pod has no token. */
      serviceAccount: absentIfEmpty(objectName),
      /** Seconds; 0 and absent: see {@link DEFAULT_HOOK_SECONDS}. */
      deadline: z.number().int().min(0).max(LONGEST_WAIT_SECONDS).default(0),
    },
    {
      notHonoured: {
        aap: refused(
          'remove it, and give an image that starts the job: Drover does not call the Ansible Automation Platform',
        ),
      },
    },
  ),
);

/** Tools break long base64 into lines, and write an absent playbook as an empty text. */
function withoutBreaks(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/[\r\n]/g, '') || undefined;
}

export type HookManifest = z.infer<typeof hookSchema>;
