/** What waits report in their heartbeats. */
import { z } from 'zod';

export const stepProgressSchema = z.object({
  bytesDone: z.number().nullable(),
  bytesTotal: z.number().nullable(),
  /** What the step is doing or waiting for, one clause. */
  note: z.string().nullable(),
});
