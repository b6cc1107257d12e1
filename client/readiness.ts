/** What must be true before work is given to Temporal: search attributes registered, a worker polling. */
import { DEFAULT_TASK_QUEUE, UNVERSIONED } from '../plan/task-queue';
import { searchAttributes } from '../workflows/temporal-api';
import { DroverError, GRPC, grpcCode } from './errors';
import { missingNamespace } from './namespace';
import type { Services } from './services';
import { readPollers, versionName } from './versions/pollers';

/** `IndexedValueType` of Temporal's API, by number. */
export const INDEXED_VALUE_TYPE = { KEYWORD: 2 } as const;

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

/** @throws `NoWorker` */
export async function requireWorker(services: Services, namespace: string, taskQueue: string): Promise<void> {
  const { pollers, isCurrent } = await readPollers(services, namespace, taskQueue);
  if (pollers.some(({ version }) => isCurrent(version))) return;
  const setting = taskQueue === DEFAULT_TASK_QUEUE ? '' : `DROVER_TASK_QUEUE=${taskQueue} `;
  const queue = `task queue "${taskQueue}" in namespace "${namespace}"`;
  const [idle] = pollers;
  throw new DroverError(
    'NoWorker',
    idle === undefined
      ? `no worker polls ${queue}; start one: ${setting}drover worker`
      : `no worker of the current version polls ${queue}, only of ${versionName(idle.version)}; make that the current one: ${setting}drover versions set-current ${idle.version?.buildId ?? UNVERSIONED}`,
  );
}
