/** Hook: known so that exported files can be read; a Plan that uses one is refused. */
import type { z } from 'zod';
import { fields, ignored } from './fields';
import { manifestSchema } from './common';

const WHOLE_SPEC = ['aap', 'deadline', 'image', 'playbook', 'serviceAccount'];

export const hookSchema = manifestSchema(
  'Hook',
  fields(
    {},
    {
      ignored: ignored(
        'hooks are not run yet: a Hook is a warning, and a VM that uses one is refused',
        WHOLE_SPEC,
      ),
    },
  ),
);

export type HookManifest = z.infer<typeof hookSchema>;
