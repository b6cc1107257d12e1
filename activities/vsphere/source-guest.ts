/** What VMware Tools report of a guest, and how deep the snapshots of a VM are. */
import type { SourceVm } from '../../plan/inventory';
import type { ManagedObject } from './property-collector';
import { child, integer, list, text } from './vim-value';

export const GUEST_PATHS = ['guest.hostName', 'guest.disk'] as const;

/** The guest decides what Tools say: more than these are not looked at. */
const MOST_VOLUMES = 100;
const LONGEST_TEXT = 255;

export function readGuest({ props }: ManagedObject): SourceVm['guest'] {
  const hostName = text(props.get('guest.hostName'))?.slice(0, LONGEST_TEXT);
  const disks = child(props.get('guest.disk'), 'GuestDiskInfo');
  return {
    hostName: hostName === undefined || hostName === '' ? null : hostName,
    volumes: list(disks).slice(0, MOST_VOLUMES).flatMap(readVolume),
  };
}

/** Nothing of one without a name or a size: a drive without a medium, or a guess of the guest's. */
function readVolume(disk: unknown): SourceVm['guest']['volumes'] {
  const path = text(child(disk, 'diskPath'));
  const capacityBytes = integer(child(disk, 'capacity')) ?? 0;
  const freeBytes = integer(child(disk, 'freeSpace')) ?? -1;
  if (path === null || path === '' || capacityBytes <= 0 || freeBytes < 0) return [];
  if (!Number.isSafeInteger(capacityBytes) || !Number.isSafeInteger(freeBytes)) return [];
  return [{ path: path.slice(0, LONGEST_TEXT), capacityBytes, freeBytes }];
}

/** More than vSphere allows (32): whatever is below is a circle, or as bad. */
const DEEPEST = 100;

/** @param info `VirtualMachineSnapshotInfo`, or undefined where there is none */
export function snapshotDepth(info: unknown): number {
  let level = list(child(info, 'rootSnapshotList'));
  let depth = 0;
  while (level.length > 0 && depth < DEEPEST) {
    depth += 1;
    level = level.flatMap((snapshot) => list(child(snapshot, 'childSnapshotList')));
  }
  return depth;
}
