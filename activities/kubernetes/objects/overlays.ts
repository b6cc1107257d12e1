/** Where a conversion's writes go until it is known to be right: one overlay for each disk, on the scratch volume. */
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { scratchName } from '../../../plan/names';
import type { Volume } from '../kinds';

export const SCRATCH = '/var/lib/drover';

/** As Pods have it that mount it at {@link SCRATCH}. */
export function scratchVolume({ baseName }: FrozenVm): Volume {
  return { name: 'scratch', persistentVolumeClaim: { claimName: scratchName(baseName) } };
}

export function overlayPath({ index }: FrozenDisk): string {
  return `${SCRATCH}/disk${index}.qcow2`;
}
