/** Where a conversion's writes go until it is known to be right: one overlay for each disk, on the scratch volume. */
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { scratchName } from '../../../plan/names';
import type { Volume } from '../api/kinds';

/** Where containers find the scratch volume. */
export const SCRATCH_MOUNT = { name: 'scratch', mountPath: '/var/lib/drover' } as const;

export function scratchVolume({ baseName }: FrozenVm): Volume {
  return { name: SCRATCH_MOUNT.name, persistentVolumeClaim: { claimName: scratchName(baseName) } };
}

export function overlayPath({ index }: FrozenDisk): string {
  return `${SCRATCH_MOUNT.mountPath}/disk${index}.qcow2`;
}
