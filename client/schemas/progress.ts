import { z } from 'zod';
import type { StepProgress } from '../../activities/contract';
import { schemaOf } from './schema-of';

/** What waits report in their heartbeats. */
export const stepProgressSchema = schemaOf<StepProgress>()(
  z.object({
    bytesDone: z.number().nullable(),
    bytesTotal: z.number().nullable(),
    note: z.string().nullable().describe('What the step is doing or waiting for, one clause.'),
  }),
);
