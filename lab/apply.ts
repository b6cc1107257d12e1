/** Server-side apply of whole objects, by the lab's own field manager. */
import {
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';

const FIELD_MANAGER = 'drover-lab';

/** The API server that a kubeconfig file names. */
export function loadCluster(kubeconfig: string): KubeConfig {
  const cluster = new KubeConfig();
  cluster.loadFromFile(kubeconfig);
  return cluster;
}

/** Applies every object, in order. To apply the objects a second time changes nothing. */
export async function applyObjects(cluster: KubeConfig, objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(cluster);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply);
  }
}
