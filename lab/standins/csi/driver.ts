/** The names that the lab's storage driver gives to its volumes and their files. */
import { join } from 'node:path';
import type { V1PersistentVolume } from '@kubernetes/client-node';

export const DRIVER = 'csi.lab.drover.dev';

/** The array's own name of a volume. As with real arrays, it is not the PersistentVolume's name. */
export function volumeHandle(claimUid: string): string {
  return `array-${claimUid.replaceAll('-', '').slice(0, 16)}`;
}

export function volumeName(claimUid: string): string {
  return `pvc-${claimUid}`;
}

/** The folder that holds a volume: its bytes in `block`, or its files. */
export function volumeFolder(volumesDir: string, volume: string): string {
  return join(volumesDir, volume);
}

/** The file that holds a volume's disk: the device itself, or the image in its file system. */
export function diskFile(volumesDir: string, volume: V1PersistentVolume): string {
  const folder = volumeFolder(volumesDir, volume.metadata?.name ?? '');
  return join(folder, volume.spec?.volumeMode === 'Block' ? 'block' : 'disk.img');
}
