/** Policies that look at each disk of a VM. */
import type { DiskKind } from '../disk-kinds';
import type { SourceDisk } from '../inventory';
import type { DecidedDisk } from '../resolve/decided-disks';
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
        ...(target?.method.kind === 'plugin' && {
          addition: ', which its plugin does not support',
          otherwise: `, or name ${kind} in offloadPlugin.supports if the plugin does copy it`,
        }),
      }));
}

function sighting(disk: SourceDisk, detail: string | undefined): Sighting {
  const about = `disk "${disk.label}" (${disk.currentPath})`;
  return detail === undefined ? { about } : { about, detail };
}
