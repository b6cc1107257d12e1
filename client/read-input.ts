/** What a migration was started with: Temporal keeps it as the first event of its history. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { frozenVmSchema, type FrozenVm } from '../plan/frozen';
import { DroverError, GRPC, grpcCode } from './errors';

/** Errors: `NotFound`; `Refused` where another version of Drover started it. */
export async function readFrozenVm(client: Client, workflowId: string): Promise<FrozenVm> {
  const [input] = await readInput(client, workflowId);
  const parsed = frozenVmSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new DroverError('Refused', `${workflowId} was started by another version of Drover`);
}

async function readInput(client: Client, workflowId: string): Promise<unknown[]> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    return await decodeArrayFromPayloads(client.options.loadedDataConverter, started?.input?.payloads);
  } catch (error) {
    if (grpcCode(error) !== GRPC.notFound) throw error;
    throw new DroverError('NotFound', `no migration has the id ${workflowId}`);
  }
}
