/** Who a container runs as: its own securityContext, else its Pod's, else its image's wish. */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { ConfigError } from './environment';
import type { Image } from './images';

export interface Identity {
  uid: number;
  gid: number;
  groups: number[];
}

/** @throws ConfigError where root is forbidden and would be it. */
export function containerIdentity(pod: V1Pod, container: V1Container, image: Image): Identity {
  const ofPod = pod.spec?.securityContext;
  const own = container.securityContext;
  const uid = own?.runAsUser ?? ofPod?.runAsUser ?? image.user ?? 0;
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup ?? 0;
  if ((own?.runAsNonRoot ?? ofPod?.runAsNonRoot) === true && uid === 0) {
    throw new ConfigError(
      `container has runAsNonRoot and image will run as root (container: ${container.name})`,
    );
  }
  const { fsGroup, supplementalGroups = [] } = ofPod ?? {};
  return { uid, gid, groups: fsGroup === undefined ? supplementalGroups : [...supplementalGroups, fsGroup] };
}
