/** What readCopyLog says and hears. */
import { z } from 'zod';
import { frozenDiskSchema } from '../../plan/frozen';
import type { CopyLogInput, CopyLogResult } from '../../workflows/contract';
import { vmRefSchema } from './common';
import { schemaOf } from './schema-of';

export const copyLogInputSchema = schemaOf<CopyLogInput>()(
  z.object({
    vm: vmRefSchema,
    disk: frozenDiskSchema,
    attempt: z.number().int().nullable().describe('Null: the newest that has a Pod.'),
    lines: z.number().int().positive().describe('Last lines to return; fewer where they are long.'),
    after: z.string().nullable().describe('Only lines after this place: `next` of an answer before.'),
  }),
);

export const copyLogResultSchema = schemaOf<CopyLogResult>()(
  z.object({
    attempt: z.number().int().nullable(),
    lines: z.array(z.string()).describe('Oldest first, without control characters and secrets.'),
    note: z.string().nullable().describe('Why there are none, where that is known.'),
    running: z.boolean().describe('Whether there may be more.'),
    next: z.string().nullable().describe('Where to go on.'),
  }),
);
