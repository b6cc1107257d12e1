/** What readCopyLog says; for its input see workflows/inputs.ts. */
import { z } from 'zod';
import type { CopyLogResult } from '../../workflows/temporal-api';
import { schemaOf } from '../../workflows/schema-of';

export const copyLogResultSchema = schemaOf<CopyLogResult>()(
  z.object({
    attempt: z.number().int().nullable(),
    lines: z.array(z.string()).describe('Oldest first, without control characters and secrets.'),
    note: z.string().nullable().describe('Why there are none, where that is known.'),
    running: z.boolean().describe('Whether there may be more.'),
    next: z.string().nullable().describe('Where to go on.'),
  }),
);
