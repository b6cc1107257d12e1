/** A claim's volume on this machine, as the lab's CSI driver has made it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownStorage } from './known-storage';
import type { DeviceOwner } from './device';
import { MountError } from './mount-error';

export type ClaimVolume =
  { kind: 'directory'; path: string } | { kind: 'block'; path: string; owner: DeviceOwner };

const DRIVER = 'csi.lab.drover.dev';

export interface ClaimRequest {
  storage: KnownStorage;
  volumesDir: string;
  namespace: string;
  claimName: string;
}

/** @throws MountError while the claim is not bound, or where its volume is not of the lab's driver. */
export async function resolveClaim(request: ClaimRequest): Promise<ClaimVolume> {
  const { storage, namespace, claimName } = request;
  const claim = await storage.claim(claimName, namespace);
  const name = claim?.spec?.volumeName;
  if (!claim || claim.status?.phase !== 'Bound' || name === undefined) {
    throw new MountError(`persistentvolumeclaim "${claimName}" is ${claim ? 'not bound' : 'not found'}`);
  }
  const volume = await storage.volume(name);
  if (volume?.spec?.csi?.driver !== DRIVER) {
    throw new MountError(`volume "${name}" is not one of ${DRIVER}`);
  }
  const directory = join(request.volumesDir, name);
  if (volume.spec.volumeMode !== 'Block') return { kind: 'directory', path: existing(directory, name) };
  // A class can have its volumes as on a node whose runtime leaves devices to root.
  const owner = volume.spec.csi.volumeAttributes?.['devices'] === 'root' ? 'root' : 'user';
  return { kind: 'block', path: existing(join(directory, 'block'), name), owner };
}

function existing(path: string, name: string): string {
  if (!existsSync(path)) {
    throw new MountError(`volume "${name}" is not on this node`);
  }
  return path;
}
