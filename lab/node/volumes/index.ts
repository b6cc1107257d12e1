/** All volumes of a Pod, as files and directories of this machine. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod, V1Volume } from '@kubernetes/client-node';
import type { NodeApi } from '../api';
import { resolveClaim } from './claim';
import type { DeviceOwner } from './device';
import { giveToGroup } from './fs-group';
import type { KnownStorage } from './known-storage';
import { MountError } from './mount-error';
import { writePayload } from './payload';
import { projectVolume } from './projection';

export interface ResolvedVolume {
  kind: 'directory' | 'block';
  path: string;
  /** True: read-only for all containers, whatever their own mounts say. */
  readOnly: boolean;
  /** Of a block device. */
  owner?: DeviceOwner;
}

export interface VolumesRequest {
  api: NodeApi;
  storage: KnownStorage;
  pod: V1Pod;
  volumesDir: string;
  /** This Pod's own directory: the node removes it with the Pod. */
  podDir: string;
}

/** @throws MountError where the node can't mount one of them now. */
export async function resolveVolumes(request: VolumesRequest): Promise<Map<string, ResolvedVolume>> {
  const resolved = new Map<string, ResolvedVolume>();
  for (const volume of request.pod.spec?.volumes ?? []) {
    resolved.set(volume.name, await resolveVolume(request, volume));
  }
  return resolved;
}

async function resolveVolume(request: VolumesRequest, volume: V1Volume): Promise<ResolvedVolume> {
  const { pod } = request;
  const fsGroup = pod.spec?.securityContext?.fsGroup;
  const path = join(request.podDir, 'volumes', volume.name);
  if (volume.persistentVolumeClaim) {
    const { claimName, readOnly = false } = volume.persistentVolumeClaim;
    const claim = await resolveClaim({ ...request, namespace: pod.metadata?.namespace ?? '', claimName });
    if (claim.kind === 'directory' && fsGroup !== undefined && !readOnly) {
      giveToGroup(claim.path, fsGroup);
    }
    return { ...claim, readOnly };
  }
  if (volume.emptyDir) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    if (fsGroup !== undefined) {
      giveToGroup(path, fsGroup);
    }
    return { kind: 'directory', path, readOnly: false };
  }
  const payload = await projectVolume(request, volume);
  if (payload === null) {
    throw new MountError(`volume "${volume.name}" is of a kind that this node does not mount`);
  }
  writePayload(path, payload, fsGroup);
  return { kind: 'directory', path, readOnly: true };
}
