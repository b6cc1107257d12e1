/**
 * The user that a container runs as: from its own securityContext, else from its Pod's, else from its image.
 * Source: `verifyRunAsNonRoot` (kubernetes 1.34.4, pkg/kubelet/kuberuntime/security_context_others.go).
 */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { ConfigError } from './environment';
import type { Image } from './images';

export interface Identity {
  uid: number;
  gid: number;
  groups: number[];
}

/**
 * @throws ConfigError where root is forbidden, and the container would run as root or the node can't know.
 * @throws Error where the image asks for a user or a group by name and has none of that name.
 */
export function containerIdentity(pod: V1Pod, container: V1Container, image: Image): Identity {
  const ofPod = pod.spec?.securityContext;
  const own = container.securityContext;
  const wished = own?.runAsUser ?? ofPod?.runAsUser;
  const nonRoot = (own?.runAsNonRoot ?? ofPod?.runAsNonRoot) === true;
  const [name = '', groupName] = image.user.split(':');
  if (nonRoot && wished === undefined && !isNumber(name || '0')) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`,
    );
  }
  const user = wished === undefined ? userOf(image, name) : { uid: wished, ...known(image, wished) };
  if (nonRoot && user.uid === 0) {
    throw new ConfigError(
      `container has runAsNonRoot and image will run as root (container: ${container.name})`,
    );
  }
  const groupOfImage = wished === undefined && groupName ? groupOf(image, groupName) : (user.gid ?? 0);
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup ?? groupOfImage;
  return { uid: user.uid, gid, groups: [...memberships(image, user.name), ...podGroups(pod)] };
}

interface User {
  uid: number;
  gid?: number;
  name?: string;
}

function userOf(image: Image, name: string): User {
  if (isNumber(name || '0')) {
    const uid = Number(name || '0');
    return { uid, ...known(image, uid) };
  }
  const user = image.users.find((entry) => entry.name === name);
  if (!user) {
    throw new Error(`unable to find user ${name}: no matching entries in passwd file`);
  }
  return user;
}

function known(image: Image, uid: number): User | undefined {
  return image.users.find((entry) => entry.uid === uid);
}

function groupOf(image: Image, name: string): number {
  const group = isNumber(name) ? { gid: Number(name) } : image.groups.find((entry) => entry.name === name);
  if (!group) {
    throw new Error(`unable to find group ${name}: no matching entries in group file`);
  }
  return group.gid;
}

function memberships(image: Image, user: string | undefined): number[] {
  return image.groups
    .filter(({ members }) => user !== undefined && members.includes(user))
    .map(({ gid }) => gid);
}

function podGroups(pod: V1Pod): number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec?.securityContext ?? {};
  return fsGroup === undefined ? supplementalGroups : [...supplementalGroups, fsGroup];
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
