/** What the API server of the worker's own cluster says of itself: the first thing that a worker asks of it. */
import { ApiClient } from '../activities/kubernetes/api/api-client';
import { ApiError } from '../activities/kubernetes/api/errors';
import { DroverError } from '../client/errors';
import { readKubeConfig } from './kube-config';

/** A server that has just begun refuses everything for a while; a worker that starts then has time. */
const PATIENCE_MS = 60_000;

/**
 * As `v1.34.4`.
 * @param patienceMs for how long a server is asked again that has not loaded its rights yet
 * @throws `InvalidInput`, `Unreachable`; each is one line
 */
export async function kubernetesVersion(patienceMs = PATIENCE_MS): Promise<string> {
  const { config, server } = readKubeConfig((config) => config.loadFromDefault());
  const api = new ApiClient(config, { patienceMs });
  try {
    return await api.version();
  } catch (error) {
    const reason = error instanceof ApiError ? `HTTP ${error.status}` : 'no answer';
    throw new DroverError(
      'Unreachable',
      `the Kubernetes API at ${server} can't be used (${reason}); check KUBECONFIG`,
    );
  } finally {
    api.close();
  }
}
