/** What storage classes have room for, as their drivers report it (CSIStorageCapacity), and what a plan asks of them. */
import type { ClassCapacity, TargetInventory } from '../inventory';
import type { DecidedDisk, DecidedVm } from '../resolve/decided-disks';
import { overheadOf, requestBytes } from '../resolve/volume-size';

type Overheads = Pick<TargetInventory, 'filesystemOverhead'>;

/** Bytes that a disk's volume asks for, and of which class; null where the disk has no target. */
export function volumeOf(
  { disk, target }: DecidedDisk,
  overheads: Overheads,
): { storageClass: string; bytes: number } | null {
  if (target === null) return null;
  const { storageClass, volumeMode } = target;
  const bytes = requestBytes(disk.capacityBytes, volumeMode, overheadOf(overheads, storageClass));
  return { storageClass, bytes };
}

/** Bytes of all volumes, by class. */
export function classDemand(vms: readonly DecidedVm[], overheads: Overheads): Map<string, number> {
  const demand = new Map<string, number>();
  for (const decided of vms.flatMap(({ disks }) => disks)) {
    const volume = volumeOf(decided, overheads);
    if (volume === null) continue;
    const { storageClass, bytes } = volume;
    demand.set(storageClass, (demand.get(storageClass) ?? 0) + bytes);
  }
  return demand;
}

/**
 * Free bytes of a class in all parts of the cluster together; null where its driver does not say it of each. Parts may share
 * storage, so there may be less.
 */
export function freeBytes(capacities: readonly ClassCapacity[], storageClass: string): number | null {
  return sumOf(capacities, storageClass, ({ freeBytes: free }) => free);
}

/** Bytes of the largest volume that a class can have in any part of the cluster; null where its driver does not say it of each. */
export function largestVolume(capacities: readonly ClassCapacity[], storageClass: string): number | null {
  const known = numbersOf(capacities, storageClass, ({ largestBytes }) => largestBytes);
  return known === null ? null : Math.max(...known);
}

type Part = (capacity: ClassCapacity) => number | null;

function sumOf(capacities: readonly ClassCapacity[], storageClass: string, part: Part): number | null {
  const known = numbersOf(capacities, storageClass, part);
  return known === null ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

function numbersOf(capacities: readonly ClassCapacity[], storageClass: string, part: Part): number[] | null {
  const own = capacities.filter((one) => one.storageClass === storageClass).map(part);
  const known = own.filter((bytes) => bytes !== null);
  return own.length === 0 || known.length < own.length ? null : known;
}

/** `12.5 GiB`, as people compare sizes of volumes. */
export function inGibibytes(bytes: number): string {
  return `${Math.round((bytes / 2 ** 30) * 100) / 100} GiB`;
}
