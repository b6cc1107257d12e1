/** Follows the Pods that are bound to the lab's nodes. */
import { makeInformer } from '@kubernetes/client-node';
import type { V1Pod } from '@kubernetes/client-node';
import { shortMessage } from './api';
import type { NodeApi } from './api';

export interface PodHandlers {
  /** New, changed, or seen again after the connection was lost. */
  seen(pod: V1Pod): void;
  gone(pod: V1Pod): void;
}

export interface PodWatch {
  stop(): Promise<void>;
}

const RECONNECT_MS = 1_000;

/** Resolves once every Pod that is there has been seen. */
export async function watchPods(
  api: NodeApi,
  nodes: ReadonlySet<string>,
  handlers: PodHandlers,
  log: (line: string) => void,
): Promise<PodWatch> {
  const informer = makeInformer<V1Pod>(api.config, '/api/v1/pods', () => api.core.listPodForAllNamespaces());
  const isOurs = (pod: V1Pod) => nodes.has(pod.spec?.nodeName ?? '');
  let reconnect: NodeJS.Timeout | undefined;
  let stopped = false;
  const start = () =>
    informer.start().catch((error: unknown) => log(`watch of Pods: ${shortMessage(error)}`));
  informer.on('add', (pod) => isOurs(pod) && handlers.seen(pod));
  informer.on('update', (pod) => isOurs(pod) && handlers.seen(pod));
  informer.on('delete', (pod) => isOurs(pod) && handlers.gone(pod));
  informer.on('error', (error: unknown) => {
    if (!stopped) {
      log(`watch of Pods ended: ${shortMessage(error)}`);
      reconnect = setTimeout(() => void start(), RECONNECT_MS);
    }
  });
  await start();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(reconnect);
      await informer.stop();
    },
  };
}
