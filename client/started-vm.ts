/** What `migrateVm` was started with, read back from the first event of its history. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { z } from 'zod';
import { frozenDiskSchema, frozenVmFields, VM_REF_FIELDS } from '../plan/frozen';
import { readFields } from '../plan/read-fields';
import { DroverError, GRPC, grpcCode } from './errors';

const { shape } = frozenVmFields;

/**
 * The fields by which Drover finds a console or a log. An older release may have started the migration with larger values
 * than this one takes, so the bounds of all other fields are not checked. The variables of plugins are left out, too.
 */
const startedVmSchema = frozenVmFields.pick(VM_REF_FIELDS).extend({
  vm: shape.vm.pick({ moref: true, name: true }),
  disks: z.array(z.preprocess(withoutVars, frozenDiskSchema)),
});

/** A frozen VM, as far as it is read back from Temporal's record. */
export type StartedVm = z.infer<typeof startedVmSchema>;

/** @throws `NotFound`; `Refused` where another version of Drover started it that can't be read */
export async function readStartedVm(client: Client, workflowId: string): Promise<StartedVm> {
  const input = await readMigrationInput(client, workflowId);
  const { value, wrong } = readFields<StartedVm>(startedVmSchema, input);
  if (value !== undefined) return value;
  throw new DroverError('Refused', `${workflowId} was started by another version of Drover: ${wrong}`);
}

/** A rollback names the run of the migration that it takes back. */
async function readMigrationInput(client: Client, workflowId: string): Promise<unknown> {
  const [input] = await readInput(client, { workflowId });
  const { runId } = (input ?? {}) as { runId?: unknown };
  return typeof runId === 'string' ? (await readInput(client, { workflowId, runId }))[0] : input;
}

function withoutVars(disk: unknown): unknown {
  const { method } = (disk ?? {}) as { method?: { kind?: unknown } };
  return method?.kind === 'plugin' ? { ...(disk as object), method: { ...method, vars: {} } } : disk;
}

async function readInput(
  client: Client,
  execution: { workflowId: string; runId?: string },
): Promise<unknown[]> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution,
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    return await decodeArrayFromPayloads(client.options.loadedDataConverter, started?.input?.payloads);
  } catch (error) {
    if (grpcCode(error) !== GRPC.notFound) throw error;
    throw new DroverError('NotFound', `no migration has the id ${execution.workflowId}`);
  }
}
