/** Policies that look at each disk of a VM. */
import type { DiskKind } from '../disk-kinds';
import type { SourceDisk } from '../inventory';
import type { DecidedDisk } from '../resolve/decided-disks';
import type { StorageTarget } from '../resolve/storage-target';
import type { Policy, Sighting } from './policy';

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

function sighting(disk: SourceDisk, detail: string | undefined): Sighting {
  const about = aboutDisk(disk);
  return detail === undefined ? { about } : { about, detail };
}
