/** Follows the Pods that are bound to the lab's nodes. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../standins/cluster';
import { PODS } from '../standins/resources';
import { Watched } from '../standins/watched';

export interface PodHandlers {
  /** New, changed, or seen again after the connection was lost. */
  seen(pod: V1Pod): void;
  gone(pod: V1Pod): void;
}

export interface PodWatch {
  stop(): void;
}

/** Resolves once `handlers` has seen every Pod that exists. */
export async function watchPods(
  cluster: Cluster,
  nodes: ReadonlySet<string>,
  handlers: PodHandlers,
  log: (line: string) => void,
): Promise<PodWatch> {
  const pods = new Watched(cluster, PODS, log);
  pods.onChange((pod, isGone) => {
    if (!nodes.has(pod.spec?.nodeName ?? '')) return;
    if (isGone) handlers.gone(pod);
    else handlers.seen(pod);
  });
  await pods.start();
  return pods;
}
