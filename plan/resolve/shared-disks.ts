/** Disks that several VMs have: whose migration copies each, and why Drover refuses the others. */
import { groupBy } from '../group-by';
import type { SourceInventory } from '../inventory';
import { type DiskSharer, diskSharers, othersWith, writtenFile } from './disk-sharers';
import type { PlannedVm } from './planned-vm';
import {
  copiesShared,
  type DiskUse,
  type SharingFault,
  sharingFaults,
  type SharingFrame,
} from './sharing-faults';

export interface SharedDisk {
  /** The other VMs that have it. */
  others: readonly DiskSharer[];
  /** Whose migration copies it, and the disk as that VM has it; null where the disk is refused. */
  owner: DiskUse | null;
  /** Why it is refused. */
  faults: readonly SharingFault[];
}

/** Ordinary disks are not among them. See {@link sharedAs}. */
export type SharedDisks = ReadonlyMap<string, SharedDisk>;

/** @param vms all VMs of the plan, also those that were migrated before */
export function findShared(
  vms: readonly PlannedVm[],
  source: Pick<SourceInventory, 'diskUsers'>,
  frame: Omit<SharingFrame, 'isShared'>,
): SharedDisks {
  const sharers = diskSharers(vms, source);
  const uses = vms.flatMap((planned) => planned.vm.disks.map((disk): DiskUse => ({ planned, disk })));
  const byFile = groupBy(uses, ({ disk }) => writtenFile(disk));
  const shared = uses
    .map((use) => ({ use, others: othersWith(use.disk, use.planned.vm, sharers) }))
    .filter(({ use, others }) => use.disk.shared || others.length > 0);
  const known = new Set(shared.map(({ use }) => sharedAs(use)));
  const whole = { ...frame, isShared: (use: DiskUse) => known.has(sharedAs(use)) };
  return new Map(
    shared.map(({ use, others }) => {
      const users = byFile.get(writtenFile(use.disk))!;
      const faults = sharingFaults({ use, others, users }, whole);
      const [owner = null] =
        faults.length > 0 ? [] : users.filter(({ planned }) => copiesShared(planned, frame));
      return [sharedAs(use), { others, owner, faults }];
    }),
  );
}

/** A disk of one VM. */
export function sharedAs({ planned, disk }: DiskUse): string {
  return `${planned.vm.moref} ${disk.key}`;
}
