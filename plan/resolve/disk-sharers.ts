/** Which VMs have a disk besides its own, whether the plan names them or not. */
import { filesOf } from '../disk-files';
import { groupBy } from '../group-by';
import type { DiskUser, SourceDisk, SourceInventory, SourceVm } from '../inventory';
import type { PlannedVm } from './planned-vm';

export interface DiskSharer extends DiskUser {
  isOfPlan: boolean;
}

/** By each file of a disk, the VMs that have it; those of the plan come first. */
export type DiskSharers = ReadonlyMap<string, readonly DiskSharer[]>;

export function diskSharers(
  vms: readonly PlannedVm[],
  { diskUsers }: Pick<SourceInventory, 'diskUsers'>,
): DiskSharers {
  const ofPlan = vms.flatMap(({ vm: { disks, moref, name, power } }) =>
    disks.flatMap(filesOf).map(({ file, isWritten: writes }) => ({
      file,
      sharer: { moref, name, powerState: power.state, writes, isOfPlan: true },
    })),
  );
  const ofSource = [...diskUsers].flatMap(([file, users]) =>
    users.map((user) => ({ file, sharer: { ...user, isOfPlan: false } })),
  );
  const byFile = groupBy([...ofPlan, ...ofSource], ({ file }) => file);
  return new Map([...byFile].map(([file, uses]) => [file, uses.map(({ sharer }) => sharer)]));
}

/** Whoever has the file that this VM writes, or writes one that it reads. The first word about each counts. */
export function othersWith(disk: SourceDisk, vm: SourceVm, sharers: DiskSharers): DiskSharer[] {
  const all = filesOf(disk).flatMap(({ file, isWritten }) =>
    (sharers.get(file) ?? []).filter(({ moref, writes }) => moref !== vm.moref && (isWritten || writes)),
  );
  return [...groupBy(all, ({ moref }) => moref).values()].map(([first]) => first);
}

/** The file of a disk that its VM writes. */
export function writtenFile(disk: SourceDisk): string {
  return filesOf(disk)[0]!.file;
}
