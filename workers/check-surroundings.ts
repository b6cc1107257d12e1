/** What a worker looks at before it takes work: one line for each thing that is not as it must be. */
import { ApiException, VersionApi } from '@kubernetes/client-node';
import { DroverError, GRPC, grpcCode } from '../client/errors';
import { missingNamespace, readRetentionDays, retentionWarning } from '../client/namespace';
import { requireSearchAttributes } from '../client/readiness';
import type { Services } from '../client/services';
import { readKubeConfig } from './kube-config';

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

async function kubernetesVersion(): Promise<string> {
  const { config, server } = readKubeConfig((config) => config.loadFromDefault());
  try {
    return (await config.makeApiClient(VersionApi).getCode()).gitVersion;
  } catch (error) {
    // The client's own message holds the answer's body and headers.
    const reason = error instanceof ApiException ? `HTTP ${error.code}` : 'no answer';
    throw new DroverError(
      'Unreachable',
      `the Kubernetes API at ${server} can't be used (${reason}); check KUBECONFIG`,
    );
  }
}
