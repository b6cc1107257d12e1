import { freeBytes, inGibibytes } from '../class-room';
import type { Policy } from '../policy';

export const classCapacity: Policy = {
  id: 'class-capacity',
  severity: 'warning',
  title: 'Too little room in a storage class',
  looksAt:
    "the volumes of all VMs of the plan, and what their classes' drivers report as free (CSIStorageCapacity)",
  found: 'the plan needs {}',
  remedy: 'make room there, map datastores to another class, or take VMs out of the plan',
  judge: ({ planned: { disks }, context: { target, classDemand } }) => {
    const classes = [...new Set(disks.flatMap((disk) => disk.target?.storageClass ?? []))];
    return classes.flatMap((storageClass) => {
      const free = freeBytes(target.classCapacities ?? [], storageClass);
      const needed = classDemand.get(storageClass) ?? 0;
      if (free === null || needed <= free) return [];
      const detail = `${inGibibytes(needed)} of class "${storageClass}", whose driver reports ${inGibibytes(free)} free`;
      return [{ detail }];
    });
  },
};
