/** Kinds of disks that not every copier can copy right. */
import type { SourceDisk, SourceVm } from './inventory';

/**
 * - `snapshots`: what the disk holds is spread over a chain of files, of which `BASE_VMDK` is the first only.
 * - `rdm`: the disk's file maps a LUN of the array, in either compatibility mode.
 * - `independent`: snapshots of the VM leave the disk out. One that also forgets its changes is none of these: nothing
 *   at the target does, so it is refused.
 * - `encrypted`: by vSphere. An array would copy what nobody at the target can read.
 */
export const DISK_KINDS = ['snapshots', 'rdm', 'independent', 'encrypted'] as const;
export type DiskKind = (typeof DISK_KINDS)[number];

/** VDDK follows a chain and decrypts; of the other two, CDI's importer has no way to tell what it reads. */
const IMPORTED: readonly DiskKind[] = ['snapshots', 'encrypted'];

/** None for an ordinary disk, which every copier copies right. */
export function kindsOf(disk: SourceDisk, vm: Pick<SourceVm, 'hasSnapshot'>): DiskKind[] {
  const isChain = disk.currentPath !== disk.basePath || (vm.hasSnapshot && disk.mode === 'persistent');
  return DISK_KINDS.filter((kind) => {
    switch (kind) {
      case 'snapshots':
        return isChain;
      case 'rdm':
        return disk.rdm !== null;
      case 'independent':
        return disk.mode === 'independent_persistent';
      case 'encrypted':
        return disk.encrypted;
    }
  });
}

/** Whether the disk keeps what is written to it. */
export function remembers({ mode }: Pick<SourceDisk, 'mode'>): boolean {
  return mode === 'persistent' || mode === 'independent_persistent';
}

/** Those of a disk's kinds that an import can't copy right. */
export function notImported(kinds: readonly DiskKind[]): DiskKind[] {
  return kinds.filter((kind) => !IMPORTED.includes(kind));
}
