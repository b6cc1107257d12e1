/** Hook: known so that exported files can be read; a Plan that uses one is refused. */
import type { z } from 'zod';
import { fields } from './fields';
import { manifestSchema } from './common';

const WHOLE_SPEC = ['aap', 'deadline', 'image', 'playbook', 'serviceAccount'];

export const hookSchema = manifestSchema('Hook', fields({}, { ignored: WHOLE_SPEC }));

export type HookManifest = z.infer<typeof hookSchema>;
