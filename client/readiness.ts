/** What must be true before work is given to Temporal: search attributes registered, a worker polling. */
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { DEFAULT_TASK_QUEUE } from '../plan/task-queue';
import { searchAttributes } from '../workflows/temporal-api';
import { DroverError, GRPC, grpcCode } from './errors';
import { missingNamespace } from './namespace';
import type { Services } from './services';

/** `TaskQueueType` and `IndexedValueType` of Temporal's API, by number. */
const WORKFLOW_TASK_QUEUE = 1;
export const INDEXED_VALUE_TYPE = { KEYWORD: 2 } as const;

/**
 * A worker polls at least once a minute, and the server remembers a dead worker for five minutes. A worker that has not
 * polled for this time is gone.
 */
const POLLER_SILENCE_MS = 75_000;

export interface AttributeState {
  /** Ours, not known to the server. */
  missing: string[];
  /** Known under another type; someone else's. */
  wrongType: string[];
}

/** Null where the server does not tell (managed Temporal has no operator service). */
export async function readSearchAttributes(
  services: Services,
  namespace: string,
): Promise<AttributeState | null> {
  const known = await listAttributes(services, namespace);
  if (known === null) return null;
  const keys = Object.values(searchAttributes);
  return {
    missing: keys.filter((key) => known[key.name] == null).map((key) => key.name),
    wrongType: keys
      .filter((key) => known[key.name] != null && known[key.name] !== INDEXED_VALUE_TYPE[key.type])
      .map((key) => key.name),
  };
}

async function listAttributes(services: Services, namespace: string): Promise<Record<string, number> | null> {
  try {
    return (await services.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  } catch (error) {
    const code = grpcCode(error);
    if (code === GRPC.unimplemented || code === GRPC.permissionDenied) return null;
    throw error;
  }
}

/** @throws `SetupMissing`, naming what is missing */
export async function requireSearchAttributes(services: Services, namespace: string): Promise<void> {
  const state = await readSearchAttributes(services, namespace).catch((error: unknown) => {
    if (grpcCode(error) !== GRPC.notFound) throw error;
    throw missingNamespace(namespace, error);
  });
  if (state === null || state.missing.length === 0) return;
  const names = state.missing.join(', ');
  throw new DroverError('SetupMissing', `Temporal lacks the search attributes ${names}; run: drover setup`);
}

/** Whether a worker was seen lately on the task queue. */
async function workerPolls(services: Services, namespace: string, taskQueue: string): Promise<boolean> {
  const { pollers } = await services.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASK_QUEUE,
  });
  const oldest = Date.now() - POLLER_SILENCE_MS;
  return (pollers ?? []).some(({ lastAccessTime }) => (optionalTsToMs(lastAccessTime) ?? 0) >= oldest);
}

/** @throws `NoWorker` */
export async function requireWorker(services: Services, namespace: string, taskQueue: string): Promise<void> {
  if (await workerPolls(services, namespace, taskQueue)) return;
  const setting = taskQueue === DEFAULT_TASK_QUEUE ? '' : `DROVER_TASK_QUEUE=${taskQueue} `;
  throw new DroverError(
    'NoWorker',
    `no worker polls task queue "${taskQueue}" in namespace "${namespace}"; start one: ${setting}drover worker`,
  );
}
