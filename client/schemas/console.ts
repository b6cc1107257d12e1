/** What readConsole says; for its input see workflows/inputs.ts. */
import { z } from 'zod';
import type { ConsoleResult } from '../../workflows/temporal-api';
import { schemaOf } from '../../workflows/schema-of';

export const consoleResultSchema = schemaOf<ConsoleResult>()(
  z.object({
    lines: z.array(z.string()).describe('Oldest first, without control characters.'),
    note: z.string().nullable().describe('Why there are none, where that is known.'),
  }),
);
