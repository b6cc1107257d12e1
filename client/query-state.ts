/** Asks a workflow for its state; only a worker can answer. */
import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import type { QueryDefinition } from '@temporalio/common';
import { GRPC, grpcCode } from './errors';

/** A worker that runs answers within milliseconds; one that was just killed never does. */
const ANSWER_MS = 4_000;

/** Codes that mean: nobody there, or nobody yet. The server cancels a query whose worker dies while it is asked. */
const NOBODY: readonly number[] = [
  GRPC.cancelled,
  GRPC.deadlineExceeded,
  GRPC.failedPrecondition,
  GRPC.unavailable,
];

/** Null where no worker answers. */
export async function queryState<T, Args extends unknown[] = []>(
  client: Client,
  query: QueryDefinition<T, Args>,
  workflowId: string,
  { runId, args }: { runId?: string | undefined; args?: Args } = {},
): Promise<T | null> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(workflowId, runId).query(query, ...(args ?? ([] as unknown as Args))),
    );
  } catch (error) {
    const code = grpcCode(error);
    if (error instanceof QueryNotRegisteredError || (code !== null && NOBODY.includes(code))) return null;
    throw error;
  }
}
