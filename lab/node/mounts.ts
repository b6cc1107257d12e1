/** A container's volumeMounts and volumeDevices, as mounts of its sandbox. */
import { join, normalize } from 'node:path';
import type { V1Container, V1VolumeMount } from '@kubernetes/client-node';
import { ConfigError, expand } from './environment';
import type { Mount } from './sandbox-args';
import type { ResolvedVolume } from './volumes';

export interface MountsRequest {
  container: V1Container;
  volumes: ReadonlyMap<string, ResolvedVolume>;
  env: Record<string, string>;
}

/** @throws ConfigError for a device as a directory, a directory as a device, or a subPath that leaves its volume. */
export function containerMounts({ container, volumes, env }: MountsRequest): Mount[] {
  const directories = (container.volumeMounts ?? []).map((mount): Mount => {
    const volume = find(volumes, mount.name, 'directory');
    const readOnly = volume.readOnly || mount.readOnly === true;
    return { source: withSubPath(volume.path, mount, env), target: normalize(mount.mountPath), readOnly };
  });
  const devices = (container.volumeDevices ?? []).map(({ name, devicePath }): Mount => {
    const volume = find(volumes, name, 'block');
    return { source: volume.path, target: normalize(devicePath), readOnly: volume.readOnly };
  });
  return [...directories, ...devices];
}

function find(
  volumes: ReadonlyMap<string, ResolvedVolume>,
  name: string,
  kind: ResolvedVolume['kind'],
): ResolvedVolume {
  const volume = volumes.get(name);
  if (volume?.kind !== kind) {
    const wish = kind === 'block' ? 'volumeDevices' : 'volumeMounts';
    throw new ConfigError(`volume ${name} can't be attached by ${wish}: its mode is another`);
  }
  return volume;
}

function withSubPath(volume: string, mount: V1VolumeMount, env: Record<string, string>): string {
  const subPath = mount.subPathExpr ? expand(mount.subPathExpr, env) : (mount.subPath ?? '');
  if (subPath.startsWith('/') || subPath.split('/').includes('..')) {
    throw new ConfigError(`subPath ${subPath} must stay within its volume`);
  }
  return join(volume, subPath);
}
