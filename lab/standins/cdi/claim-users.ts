/** Which Pods use a claim: an index, so that no question looks at every Pod of the cluster. */
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import { key, type Watched } from '../watched';

export class ClaimUsers {
  /** Key: the claim's key. Value: the Pods that use the claim, by name. */
  private readonly users = new Map<string, Map<string, V1Pod>>();

  /** Must be made before the watch of Pods starts. */
  constructor(pods: Watched<V1Pod>) {
    pods.onChange((pod, isGone) => this.hear(pod, isGone || hasEnded(pod)));
  }

  /** Pods that have, or will have, the claim mounted. */
  of({ metadata }: V1PersistentVolumeClaim): V1Pod[] {
    return [...(this.users.get(key(metadata?.name ?? '', metadata?.namespace))?.values() ?? [])];
  }

  private hear(pod: V1Pod, isDone: boolean): void {
    const { name = '', namespace } = pod.metadata ?? {};
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const claimKey = key(persistentVolumeClaim.claimName, namespace);
      const users = this.users.get(claimKey) ?? new Map<string, V1Pod>();
      if (isDone) users.delete(name);
      else users.set(name, pod);
      if (users.size > 0) this.users.set(claimKey, users);
      else this.users.delete(claimKey);
    }
  }
}

function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
