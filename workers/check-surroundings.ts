/** What a worker looks at before it takes work: one line for each thing that is not as it must be. */
import { GRPC, grpcCode } from '../client/errors';
import { missingNamespace, readRetentionDays, retentionWarning } from '../client/namespace';
import { requireSearchAttributes } from '../client/readiness';
import type { Services } from '../client/services';
import { kubernetesVersion } from './kubernetes-version';

export interface Surroundings {
  /** Version of the cluster that the worker belongs to. */
  kubernetes: string;
  warnings: string[];
}

/** @throws `SetupMissing`, `Unreachable`, `InvalidInput`; each is one line */
export async function checkSurroundings(temporal: Services, namespace: string): Promise<Surroundings> {
  const warning = await checkNamespace(temporal, namespace);
  await requireSearchAttributes(temporal, namespace);
  return { kubernetes: await kubernetesVersion(), warnings: warning === null ? [] : [warning] };
}

async function checkNamespace(temporal: Services, namespace: string): Promise<string | null> {
  try {
    const days = await readRetentionDays(temporal, namespace);
    if (days !== null) return retentionWarning(namespace, days);
  } catch (error) {
    // A login may be too narrow to read the namespace's settings, and still do for work.
    if (grpcCode(error) === GRPC.permissionDenied)
      return `retention of namespace "${namespace}" can't be read`;
    throw error;
  }
  throw missingNamespace(namespace);
}
