/** What copyDisk says and hears. It is started by migrateVm alone. */
import { z } from 'zod';
import type { SourceConnection } from '../../activities/contract';
import { frozenDiskSchema, policySchema, sourceRefSchema, targetRefSchema } from '../../plan/frozen';
import type { VmRef } from '../../plan/vm-ref';
import type { CopyDiskInput, CopyDiskResult, CopyDiskState } from '../../workflows/contract';
import { failureSchema, nameRefSchema } from './common';
import { schemaOf } from './schema-of';

const vmRefSchema = schemaOf<VmRef>()(
  z.object({
    plan: nameRefSchema,
    source: sourceRefSchema,
    target: targetRefSchema,
    vcenterUuid: z.string(),
    moref: z.string(),
    name: z.string(),
    namespace: z.string(),
    targetName: z.string(),
    baseName: z.string(),
  }),
);

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
    policy: policySchema.pick({ copyAttempts: true, importRestarts: true, copyDeadlineSeconds: true }),
    connection: connectionSchema,
    copyId: z.string(),
    firstAttempt: z.number().int(),
  }),
);

const copyStateObject = z.object({ attempt: z.number().int(), failures: z.array(failureSchema) });

export const copyDiskStateSchema = schemaOf<CopyDiskState>()(copyStateObject);
export const copyDiskResultSchema = schemaOf<CopyDiskResult>()(
  copyStateObject.extend({ copyId: z.string(), bytes: z.number().nullable() }),
);
