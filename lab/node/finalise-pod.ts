import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { type NodeApi, statusOf } from './api';

const RETRY_MS = 500;

/**
 * Tells the API server that nothing of the Pod runs any more, for as long as that is `wanted`.
 * Finalizers may keep the object all the same.
 */
export async function finalisePod(api: NodeApi, pod: V1Pod, wanted: () => boolean): Promise<void> {
  const { namespace = '', name = '', uid, deletionGracePeriodSeconds } = pod.metadata ?? {};
  // The API server waits for no node then, only for finalizers.
  if (deletionGracePeriodSeconds === 0) {
    return;
  }
  const body = { gracePeriodSeconds: 0, preconditions: { uid } };
  while (wanted()) {
    try {
      await api.core.deleteNamespacedPod({ namespace, name, body });
      return;
    } catch (error) {
      const code = statusOf(error);
      if (code === 404 || code === 409) {
        return;
      }
      await delay(RETRY_MS);
    }
  }
}
