import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { type NodeApi, statusOf } from './api';

/** Pause before a failed request is sent again. */
const RETRY_MS = 500;

/**
 * Asks the API server to remove the Pod's object, since no container of it runs any more. Repeats a request that
 * failed for as long as `wanted` says yes. Finalizers may still keep the object.
 */
export async function finalisePod(api: NodeApi, pod: V1Pod, wanted: () => boolean): Promise<void> {
  const { namespace = '', name = '', uid, deletionGracePeriodSeconds } = pod.metadata ?? {};
  // With a grace period of 0 the API server waits only for finalizers, not for the node.
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
