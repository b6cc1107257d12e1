/** What copyDisk says and hears. It is started by migrateVm alone. */
import { z } from 'zod';
import type { SourceConnection } from '../../activities/contract';
import { frozenDiskSchema, policySchema } from '../../plan/frozen';
import type { CopyDiskInput, CopyDiskResult, CopyDiskState } from '../../workflows/contract';
import { attemptLogSchema, failureSchema, vmRefSchema } from './common';
import { schemaOf } from './schema-of';

const connectionSchema = schemaOf<SourceConnection>()(
  z.object({
    vcenterUrl: z.string(),
    vcenterThumbprint: z.string(),
    hostUrl: z.string(),
    hostThumbprint: z.string().nullable(),
  }),
);

export const copyDiskInputSchema = schemaOf<CopyDiskInput>()(
  z.object({
    vm: vmRefSchema,
    disk: frozenDiskSchema,
    policy: policySchema.pick({
      copyAttempts: true,
      importRestarts: true,
      copyDeadlineSeconds: true,
      copyStartDeadlineSeconds: true,
      stallWarningSeconds: true,
      stallDeadlineSeconds: true,
    }),
    connection: connectionSchema,
    copyId: z.string(),
    firstAttempt: z.number().int(),
  }),
);

const copyStateObject = z.object({
  attempt: z.number().int(),
  failures: z.array(failureSchema),
  attemptLog: attemptLogSchema,
});

export const copyDiskStateSchema = schemaOf<CopyDiskState>()(copyStateObject);
export const copyDiskResultSchema = schemaOf<CopyDiskResult>()(
  copyStateObject.extend({ copyId: z.string(), bytes: z.number().nullable() }),
);
