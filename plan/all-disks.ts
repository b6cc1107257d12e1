/** All disks that a target has: those that its own migration copies, and those that it only attaches. */
import type { AttachedDisk, FrozenDisk, FrozenVm } from './frozen';

type DisksOf = Pick<FrozenVm, 'disks' | 'attached'>;

/** In the order that the guest saw. */
export function allDisks({ disks, attached }: DisksOf): readonly (FrozenDisk | AttachedDisk)[] {
  if (attached === undefined) return disks;
  return [...disks, ...attached].sort((one, other) => one.index - other.index);
}
