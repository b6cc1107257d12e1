import { z } from 'zod';
import type { ActivityProgress } from '../../activities/interfaces';
import { timeSchema } from './common';
import { schemaOf } from '../../workflows/schema-of';

/** What waits report in their heartbeats. Workers of another version may say less. */
export const activityProgressSchema = schemaOf<ActivityProgress>()(
  z.object({
    bytesDone: z.number().nullable(),
    bytesTotal: z.number().nullable(),
    bytesPerSecond: z.number().nullable().default(null),
    movedAt: timeSchema.describe('When bytesDone last grew.').nullable().default(null),
    note: z.string().nullable().describe('What the step is doing or waiting for, one clause.'),
    warning: z.string().nullable().default(null).describe('What a person should look at.'),
  }),
);
