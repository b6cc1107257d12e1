/** How a Pod gets hold of target volumes: a device where the mode is Block, else a file in a directory. */
import type { AttachedDisk as SharedDisk, FrozenDisk } from '../../../plan/frozen';
import type { Container, Volume } from '../api/kinds';

/** Name of the raw image in a Filesystem volume; KubeVirt starts from a file of this name. */
const IMAGE = 'disk.img';

export interface AttachedDisk {
  volume: Volume;
  /** What goes into the container. */
  attach: Pick<Container, 'volumeDevices' | 'volumeMounts'>;
  /** Where the disk's bytes are, inside the container. */
  path: string;
}

/** A disk as far as it matters to a Pod. */
type PodDisk = Pick<FrozenDisk, 'index' | 'volumeMode' | 'volumeName'>;

/** Attaches one of a VM's disks under its index. */
export function attachByIndex(disk: PodDisk): AttachedDisk {
  return attach(disk, { device: `/dev/drover/disk${disk.index}`, directory: `/mnt/disk${disk.index}` });
}

/** Attaches the one disk that a plugin fills. */
export function attachAsTarget(disk: FrozenDisk): AttachedDisk {
  return attach(disk, { device: '/dev/drover/target', directory: '/mnt/target' });
}

/** The parts of a Pod that attach several disks. */
export function attachAll(disks: readonly PodDisk[]): {
  volumes: Volume[];
  container: Required<AttachedDisk['attach']>;
} {
  const attached = disks.map(attachByIndex);
  return {
    volumes: attached.map(({ volume }) => volume),
    container: {
      volumeDevices: attached.flatMap((disk) => disk.attach.volumeDevices ?? []),
      volumeMounts: attached.flatMap((disk) => disk.attach.volumeMounts ?? []),
    },
  };
}

/** A shared disk of which another VM's migration made the volume: always a device. */
export function asPodDisk({ index, volumeName }: SharedDisk): PodDisk {
  return { index, volumeName, volumeMode: 'Block' };
}

function attach(disk: PodDisk, at: { device: string; directory: string }): AttachedDisk {
  const name = `disk-${disk.index}`;
  const volume = { name, persistentVolumeClaim: { claimName: disk.volumeName } };
  switch (disk.volumeMode) {
    case 'Block':
      return { volume, attach: { volumeDevices: [{ name, devicePath: at.device }] }, path: at.device };
    case 'Filesystem':
      return {
        volume,
        attach: { volumeMounts: [{ name, mountPath: at.directory }] },
        path: `${at.directory}/${IMAGE}`,
      };
  }
}
