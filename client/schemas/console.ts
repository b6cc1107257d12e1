/** What readConsole says and hears. */
import { z } from 'zod';
import type { ConsoleInput, ConsoleResult } from '../../workflows/contract';
import { vmRefSchema } from './common';
import { schemaOf } from './schema-of';

export const consoleInputSchema = schemaOf<ConsoleInput>()(
  z.object({
    vm: vmRefSchema,
    lines: z.number().int().positive().describe('Last lines to return; fewer where they are long.'),
  }),
);

export const consoleResultSchema = schemaOf<ConsoleResult>()(
  z.object({
    lines: z.array(z.string()).describe('Oldest first, without control characters.'),
    note: z.string().nullable().describe('Why there are none, where that is known.'),
  }),
);
