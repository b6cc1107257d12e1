/** What copyDisk says. It is started by migrateVm alone. */
import { z } from 'zod';
import type { CopyDiskResult, CopyDiskState } from '../../workflows/temporal-api';
import { attemptLogSchema, failureSchema } from './common';
import { schemaOf } from '../../workflows/schema-of';

const copyStateObject = z.object({
  attempt: z.number().int(),
  failures: z.array(failureSchema),
  attemptLog: attemptLogSchema,
});

export const copyDiskStateSchema = schemaOf<CopyDiskState>()(copyStateObject);
export const copyDiskResultSchema = schemaOf<CopyDiskResult>()(
  copyStateObject.extend({ copyId: z.string(), bytes: z.number().nullable() }),
);
