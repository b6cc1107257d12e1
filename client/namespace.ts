/** The Temporal namespace that keeps the records of migrations. */
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time';
import { DroverError, GRPC, grpcCode } from './errors';
import type { Services } from './services';

/** Below this a finished migration's record is gone before anyone asks for it. */
const MIN_RETENTION_DAYS = 7;
/** For a namespace that we create. */
export const NEW_RETENTION_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The server is there, and keeps no records under this name. */
export function missingNamespace(namespace: string, cause?: unknown): DroverError {
  const message = `Temporal has no namespace "${namespace}"; set TEMPORAL_NAMESPACE to the right one, or run: drover setup`;
  return new DroverError('SetupMissing', message, { cause });
}

/** Null where the namespace does not exist. */
export async function readRetentionDays(services: Services, namespace: string): Promise<number | null> {
  try {
    const { config } = await services.workflowService.describeNamespace({ namespace });
    return (optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) / DAY_MS;
  } catch (error) {
    if (grpcCode(error) === GRPC.notFound) return null;
    throw error;
  }
}

/** Says so where records would vanish too early; null where all is well. */
export function retentionWarning(namespace: string, days: number): string | null {
  if (days >= MIN_RETENTION_DAYS) return null;
  return (
    `namespace "${namespace}" forgets ended migrations after ${formatDays(days)}; ` +
    `keep them longer: drover setup --retention ${NEW_RETENTION_DAYS}`
  );
}

export function formatDays(days: number): string {
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

export async function createNamespace(
  services: Services,
  namespace: string,
  retentionDays: number,
): Promise<void> {
  await services.workflowService.registerNamespace({
    namespace,
    description: 'Drover: migrations from vSphere to KubeVirt',
    workflowExecutionRetentionPeriod: msToTs(retentionDays * DAY_MS),
  });
}

export async function setRetention(services: Services, namespace: string, days: number): Promise<void> {
  const config = { workflowExecutionRetentionTtl: msToTs(days * DAY_MS) };
  await services.workflowService.updateNamespace({ namespace, config });
}
