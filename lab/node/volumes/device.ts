/**
 * Whose a block device is in a container. containerd makes it `0600 root:root`, or with the option
 * `device_ownership_from_security_context` the container's user's; CRI-O has the same option (containerd 1.6.20,
 * pkg/cri/opts/spec_linux.go: WithDevices). A Pod's `fsGroup` changes nothing.
 *
 * A real runtime makes a device node for each container. Here all containers share the volume's file, so it is of the one
 * that started last: containers that use one device at a time run as the same user.
 */
import { chmodSync, chownSync } from 'node:fs';
import type { V1Pod } from '@kubernetes/client-node';
import type { Identity } from '../identity';

/** `user`: as with the option. */
export type DeviceOwner = 'root' | 'user';

export interface Device {
  path: string;
  owner: DeviceOwner;
}

/** Before the container starts. */
export function giveDevice(pod: V1Pod, { path, owner }: Device, { uid, gid }: Identity): void {
  const isOwn = owner === 'user' || isLauncher(pod);
  if (process.getuid?.() === 0) {
    chmodSync(path, 0o600);
    chownSync(path, isOwn ? uid : 0, isOwn ? gid : 0);
  } else {
    // Only root can give files away, and the sandbox maps every user to the file's own.
    chmodSync(path, isOwn ? 0o600 : 0o000);
  }
}

/** KubeVirt itself gives a VM's devices to the VM's user (v1.6, cmd/virt-handler: non-root implementation). */
function isLauncher({ metadata }: V1Pod): boolean {
  return metadata?.labels?.['kubevirt.io'] === 'virt-launcher';
}
