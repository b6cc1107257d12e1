/** Finds what the array writes to, by a volume's handle. */
import { open } from 'node:fs/promises';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { CSI_DRIVER, csiVolumeFile } from '../../csi';
import { DRIVER, diskFile } from '../csi/driver';
import { LoopVolume } from './loop-volume';
import { ArrayRefusal } from './refusal';
import type { Target } from './target';

/** Where volumes lie, by driver. */
export interface VolumeFolders {
  /** Of the lab's own driver: each volume a folder named for its PersistentVolume. */
  volumesDir: string;
  /** Of the real node's driver: each volume a folder named for its handle. Absent where there is no real node. */
  loopVolumesDir?: string | undefined;
}

/**
 * The volume with this handle, among those that the cluster knows.
 * @throws ArrayRefusal where there is none, or the array can't write to it
 */
export function findTarget(
  handle: string,
  volumes: readonly V1PersistentVolume[],
  { volumesDir, loopVolumesDir }: VolumeFolders,
): Target {
  const volume = volumes.find(
    ({ spec }) => spec?.csi?.volumeHandle === handle && [DRIVER, CSI_DRIVER].includes(spec.csi.driver),
  );
  if (volume === undefined) throw new ArrayRefusal(404, `no volume ${handle}`);
  const isBlock = volume.spec?.volumeMode === 'Block';
  if (volume.spec?.csi?.driver === DRIVER) {
    const file = diskFile(volumesDir, volume);
    return isBlock ? device(file) : image(file);
  }
  if (!isBlock) {
    throw new ArrayRefusal(
      409,
      `volume ${handle} has a file system of its node, in which the array can't write: let the map say volumeMode: Block`,
    );
  }
  const file = loopVolumesDir === undefined ? null : csiVolumeFile(loopVolumesDir, handle);
  if (file === null) throw new ArrayRefusal(404, `no volume ${handle}`);
  return new LoopVolume(file);
}

/** The sandboxed node shows this very file to its Pods. */
function device(file: string): Target {
  const openDevice = async (capacityBytes: number) => {
    const opened = await open(file, 'r+');
    const { size } = await opened.stat();
    if (size >= capacityBytes) return opened;
    await opened.close();
    throw new Error(`the volume holds ${size} bytes, the disk has ${capacityBytes}`);
  };
  return { open: openDevice, verify: () => undefined };
}

function image(file: string): Target {
  const make = async (capacityBytes: number) => {
    const made = await open(file, 'w+', 0o660);
    await made.truncate(capacityBytes);
    return made;
  };
  return { open: make, verify: () => undefined };
}
