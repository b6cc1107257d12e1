/** Whether the volume of a shared disk, which another VM's migration copies, may be attached. Pure. */
import { fileOf, type VolumeEvidence } from './copy-evidence';
import type { AttachedDisk } from './frozen';

/** The claim, and the VirtualMachine that owns it, as they are now. */
export interface SharedVolume {
  uid: string;
  /** Labels: of which VM it is. */
  vcenterUuid: string | undefined;
  moref: string | undefined;
  isGoing: boolean;
  isBound: boolean;
  volumeMode: string | null;
  accessModes: readonly string[];
  capacityBytes: number | null;
  /** Null where it does not say that it was copied to the end. */
  copyId: string | null;
  evidence: VolumeEvidence | 'unreadable' | null;
  /** Whether its migration, and the VirtualMachine that owns it, are noted to be finished. */
  isFinished: boolean;
  isMachineFinished: boolean;
}

export type SharedVolumeVerdict =
  /** It may be attached. */
  | { evidence: VolumeEvidence; copyId: string }
  /** It is not there yet, one clause. */
  | { waits: string }
  /** It never will be right, one clause. */
  | { unfit: string };

/**
 * @param volume null where there is no such claim
 * @param self moref of the VM that attaches it
 */
export function judgeSharedVolume(
  disk: AttachedDisk,
  volume: SharedVolume | null,
  { self, vcenterUuid }: { self: string; vcenterUuid: string },
): SharedVolumeVerdict {
  const owner = `VM "${disk.owner.name}" (${disk.owner.moref})`;
  if (volume === null) return { waits: `${owner} has not made claim ${disk.volumeName} yet` };
  if (volume.moref !== disk.owner.moref || volume.vcenterUuid !== vcenterUuid)
    return { unfit: `claim ${disk.volumeName} is not of ${owner}` };
  if (volume.isGoing) return { waits: `claim ${disk.volumeName} is being removed` };
  if (!volume.isFinished || !volume.isMachineFinished || !volume.isBound)
    return { waits: `the migration of ${owner} has not finished` };
  const { copyId, evidence } = volume;
  const unfit = whyUnfit(disk, volume) ?? whyUnproven(disk, volume, self);
  if (unfit !== null) return { unfit: `claim ${disk.volumeName} ${unfit}` };
  if (copyId === null || evidence === null || evidence === 'unreadable')
    return { unfit: `claim ${disk.volumeName} does not say what it was copied from` };
  return { evidence, copyId };
}

function whyUnfit(disk: AttachedDisk, volume: SharedVolume): string | null {
  if (volume.volumeMode !== 'Block') return `is of mode ${volume.volumeMode ?? 'Filesystem'}, not Block`;
  if (!volume.accessModes.includes('ReadWriteMany'))
    return `can be attached to one node only (${volume.accessModes.join(', ')}), not ReadWriteMany`;
  if (volume.capacityBytes === null || volume.capacityBytes < disk.capacityBytes)
    return `has ${volume.capacityBytes ?? 'no'} bytes, and the disk has ${disk.capacityBytes}`;
  return null;
}

function whyUnproven(disk: AttachedDisk, volume: SharedVolume, self: string): string | null {
  const { copyId, evidence } = volume;
  if (copyId === null || evidence === null) return 'does not say what it was copied from';
  if (evidence === 'unreadable') return 'has a note of its copy that can not be read';
  if (evidence.claimUid !== volume.uid) return 'was made anew after it was copied';
  const { file, serial, capacityBytes } = evidence.disk;
  if (file !== fileOf(disk) || serial !== disk.serial || capacityBytes !== disk.capacityBytes)
    return `was copied from another disk (${file})`;
  const seen = new Set((evidence.sharers ?? []).map(({ moref }) => moref));
  const others = disk.sharedWith.filter(({ moref }) => moref !== disk.owner.moref);
  const missing = [{ moref: self, name: 'this one' }, ...others].find(({ moref }) => !seen.has(moref));
  return missing === undefined
    ? null
    : `does not say that VM "${missing.name}" (${missing.moref}) was off while it was copied`;
}
