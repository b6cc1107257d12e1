/** Policies that look at each disk of a VM. */
import { filesOf } from '../disk-files';
import type { DiskKind } from '../disk-kinds';
import { groupBy } from '../group-by';
import type { SourceDisk, SourceInventory } from '../inventory';
import type { DecidedDisk } from '../resolve/decided-disks';
import type { PlannedVm } from '../resolve/planned-vm';
import type { StorageTarget } from '../resolve/storage-target';
import type { PlanContext, Policy, Sighting } from './policy';

/** @param detail null where all is well with the disk; else what stands for `{}`, or nothing */
export function ofEachDisk(detail: (decided: DecidedDisk) => string | undefined | null): Policy['judge'] {
  return ({ planned }) =>
    planned.disks.flatMap((decided) => {
      const found = detail(decided);
      return found === null ? [] : [sighting(decided.disk, found)];
    });
}

/** A kind of disk that its copier can't copy right. */
export function ofRefusedKind(kind: DiskKind, detail?: (disk: SourceDisk) => string): Policy['judge'] {
  return ({ planned }) =>
    planned.disks
      .filter(({ refused }) => refused.includes(kind))
      .map(({ disk, target }) => ({
        ...sighting(disk, detail?.(disk)),
        ...(target !== null && alternative(kind, target)),
      }));
}

function alternative(kind: DiskKind, { method }: StorageTarget): Pick<Sighting, 'addition' | 'otherwise'> {
  if (method.kind === 'import')
    return { otherwise: `, or map its datastore to an offload plugin that supports ${kind}` };
  return {
    addition: ', which its plugin does not support',
    otherwise: `, or name ${kind} in offloadPlugin.supports if the plugin does copy it`,
  };
}

/** What a sighting of a disk is about. */
export function aboutDisk({ label, currentPath }: SourceDisk): string {
  return `disk "${label}" (${currentPath})`;
}

/** By each file of a disk, the VMs that have it; those of the plan come first. */
export function diskSharers(
  vms: readonly PlannedVm[],
  { diskUsers }: Pick<SourceInventory, 'diskUsers'>,
): PlanContext['sharers'] {
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

function sighting(disk: SourceDisk, detail: string | undefined): Sighting {
  const about = aboutDisk(disk);
  return detail === undefined ? { about } : { about, detail };
}
