/** Where each disk of a plan goes and by which copier, or to which volume that another migration fills: decided once. */
import { type DiskKind, kindsOf, notImported } from '../disk-kinds';
import type { CopyMethod } from '../frozen';
import type { SourceDisk } from '../inventory';
import { methodOf } from './disk-method';
import { type SharedDisk, sharedAs, type SharedDisks } from './shared-disks';
import type { DiskUse } from './sharing-faults';
import type { PlannedVm } from './planned-vm';
import type { MappedDatastore, StorageMapping } from './storage-mapping';
import { SHARED_MODES, type StorageTarget } from './storage-target';

export type DecidedDisk = {
  disk: SourceDisk;
  /** Its datastore's entry in the StorageMap; null where there is none. */
  mapped: MappedDatastore | null;
  /** Kinds of the disk that its copier can't copy right; with any, the disk is refused. */
  refused: DiskKind[];
  /** What is known of a disk that other VMs have, too; null of an ordinary disk. */
  shared: SharedDisk | null;
} & (Destination | { target: null; method: null });

interface Destination {
  target: StorageTarget;
  method: CopyMethod;
}

/** A disk that the migration of another VM copies. */
export interface DecidedAttachment {
  disk: SourceDisk;
  shared: SharedDisk;
  /** The disk as that VM has it. */
  owner: DiskUse;
  /** Null where the plan is refused for it: no map, or a wrong one. */
  target: StorageTarget | null;
}

export interface DecidedVm extends PlannedVm {
  /** Those that its own migration copies. */
  disks: DecidedDisk[];
  attached: DecidedAttachment[];
}

interface Decisions {
  mapping: StorageMapping;
  shared: SharedDisks;
}

export function decideDisks(vms: readonly PlannedVm[], decisions: Decisions): DecidedVm[] {
  return vms.map((planned) => {
    const attached = planned.vm.disks.flatMap((disk) => attach(disk, planned, decisions));
    const own = planned.vm.disks.filter((disk) => attached.every((one) => one.disk !== disk));
    return { ...planned, attached, disks: own.map((disk) => decide(disk, planned, decisions)) };
  });
}

function attach(disk: SourceDisk, planned: PlannedVm, { mapping, shared }: Decisions): DecidedAttachment[] {
  const sharing = shared.get(sharedAs({ planned, disk }));
  const owner = sharing?.owner ?? null;
  if (sharing === undefined || owner === null || owner.planned.vm.moref === planned.vm.moref) return [];
  const result = mapping.get(disk.datastore.moref)?.result;
  return [{ disk, shared: sharing, owner, target: result?.kind === 'target' ? result.target : null }];
}

function decide(disk: SourceDisk, planned: PlannedVm, decisions: Decisions): DecidedDisk {
  const { vm } = planned;
  const mapped = decisions.mapping.get(disk.datastore.moref) ?? null;
  const shared = decisions.shared.get(sharedAs({ planned, disk })) ?? null;
  // A wrong entry, or none, is a problem of its own. What no import copies would be refused in any case.
  if (mapped?.result.kind !== 'target')
    return { disk, mapped, shared, target: null, method: null, refused: notImported(kindsOf(disk, vm)) };
  const target = shared === null ? mapped.result.target : { ...mapped.result.target, ...SHARED_MODES };
  return { disk, mapped, shared, target, ...methodOf(disk, vm, target) };
}
