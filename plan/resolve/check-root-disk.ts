import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { readRootDisk } from '../root-disk';
import { entryAt } from './places';
import type { PlannedVm } from './planned-vm';

/** A VM must have the disk that the plan has it boot from. */
export function checkRootDisks(set: ManifestSet, vms: readonly PlannedVm[]): Problem[] {
  return vms.flatMap(({ chosen: { entry, index }, vm }) => {
    const root = entry.rootDisk === undefined ? null : readRootDisk(entry.rootDisk);
    if (root === null || root.index < vm.disks.length) return [];
    const has = vm.disks.length === 1 ? '1 disk' : `${vm.disks.length} disks`;
    const found = `is ${entry.rootDisk}, which would be disk ${root.index + 1} of VM "${vm.name}", which has ${has}`;
    return [errorAt(entryAt(set, index, 'rootDisk'), found, 'name one of its disks, the first as /dev/sda')];
  });
}
