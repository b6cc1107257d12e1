/** Where each disk of a plan goes and by which copier: decided once. Whoever checks or freezes disks reads it here. */
import { type DiskKind, kindsOf, notImported } from '../disk-kinds';
import type { CopyMethod } from '../frozen';
import type { SourceDisk, SourceVm } from '../inventory';
import { methodOf } from './disk-method';
import type { PlannedVm } from './planned-vm';
import type { MappedDatastore, StorageMapping } from './storage-mapping';
import type { StorageTarget } from './storage-target';

export type DecidedDisk = {
  disk: SourceDisk;
  /** Its datastore's entry in the StorageMap; null where there is none. */
  mapped: MappedDatastore | null;
  /** Kinds of the disk that its copier can't copy right; with any, the disk is refused. */
  refused: DiskKind[];
} & (Destination | { target: null; method: null });

interface Destination {
  target: StorageTarget;
  method: CopyMethod;
}

export interface DecidedVm extends PlannedVm {
  disks: DecidedDisk[];
}

export function decideDisks(vms: readonly PlannedVm[], mapping: StorageMapping): DecidedVm[] {
  return vms.map((planned) => ({
    ...planned,
    disks: planned.vm.disks.map((disk) => decide(disk, planned.vm, mapping)),
  }));
}

function decide(disk: SourceDisk, vm: SourceVm, mapping: StorageMapping): DecidedDisk {
  const mapped = mapping.get(disk.datastore.moref) ?? null;
  // A wrong entry, or none, is a problem of its own. What no import copies would be refused in any case.
  if (mapped?.result.kind !== 'target')
    return { disk, mapped, target: null, method: null, refused: notImported(kindsOf(disk, vm)) };
  const { target } = mapped.result;
  return { disk, mapped, target, ...methodOf(disk, vm, target) };
}
