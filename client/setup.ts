/** `drover setup`: makes a Temporal namespace ready for Drover. Safe to run again; changes only what is missing. */
import { setTimeout as delay } from 'node:timers/promises';
import { searchAttributes } from '../workflows/temporal-api';
import { DroverError, GRPC, grpcCode } from './errors';
import {
  NEW_RETENTION_DAYS,
  createNamespace,
  readRetentionDays,
  retentionWarning,
  setRetention,
} from './namespace';
import { INDEXED_VALUE_TYPE, type AttributeState, readSearchAttributes } from './readiness';
import type { Services } from './services';

export interface SetupOptions {
  namespace: string;
  /** Only look. */
  checkOnly?: boolean;
  /** For how many days ended migrations are kept; absent leaves an existing namespace as it is. */
  retentionDays?: number;
}

export interface SetupReport {
  namespace: 'ready' | 'created' | 'missing';
  /** Search attributes registered by this run. */
  registered: string[];
  /** Search attributes still missing; only with `checkOnly`. */
  missing: string[];
  /** Null where the namespace is missing. */
  retentionDays: number | null;
  warnings: string[];
  /** True when migrations can run. */
  ready: boolean;
}

/** The server's own processes learn of a new namespace one after the other. */
const SETTLES_MS = 30_000;

/** @throws `Refused` where a search attribute of ours exists with another type */
export async function setUp(services: Services, options: SetupOptions): Promise<SetupReport> {
  const change = options.checkOnly !== true;
  const found = await readRetentionDays(services, options.namespace);
  if (found === null && !change) return missingNamespace(options.namespace);
  if (found === null)
    await createNamespace(services, options.namespace, options.retentionDays ?? NEW_RETENTION_DAYS);
  else if (change && options.retentionDays !== undefined && options.retentionDays !== found) {
    await setRetention(services, options.namespace, options.retentionDays);
  }
  const attributes = await setUpAttributes(services, options.namespace, change);
  const retentionDays = (await readRetentionDays(services, options.namespace)) ?? 0;
  const warning = retentionWarning(options.namespace, retentionDays);
  return {
    namespace: found === null ? 'created' : 'ready',
    ...attributes,
    retentionDays,
    warnings: warning === null ? [] : [warning],
    ready: attributes.missing.length === 0,
  };
}

function missingNamespace(namespace: string): SetupReport {
  return {
    namespace: 'missing',
    registered: [],
    missing: Object.values(searchAttributes).map((key) => key.name),
    retentionDays: null,
    warnings: [`Temporal has no namespace "${namespace}"`],
    ready: false,
  };
}

async function setUpAttributes(
  services: Services,
  namespace: string,
  change: boolean,
): Promise<Pick<SetupReport, 'registered' | 'missing'>> {
  const { missing, wrongType } = await settledAttributes(services, namespace);
  if (wrongType.length > 0) {
    throw new DroverError(
      'Refused',
      `search attributes ${wrongType.join(', ')} exist in namespace "${namespace}" with another type than ` +
        'Keyword; use another namespace',
    );
  }
  if (!change || missing.length === 0) return { registered: [], missing };
  await services.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE.KEYWORD])),
  });
  return { registered: missing, missing: [] };
}

/** The namespace exists, so "not found" only means: not everywhere yet. */
async function settledAttributes(services: Services, namespace: string): Promise<AttributeState> {
  const deadline = Date.now() + SETTLES_MS;
  for (;;) {
    try {
      return (await readSearchAttributes(services, namespace)) ?? { missing: [], wrongType: [] };
    } catch (error) {
      if (grpcCode(error) !== GRPC.notFound || Date.now() > deadline) throw error;
      await delay(250);
    }
  }
}
