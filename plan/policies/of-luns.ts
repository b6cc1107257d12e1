/** Policies that look at raw device mappings that become LUNs. */
import { type Lun, lunOf } from '../rdm-lun';
import type { DecidedDisk } from '../resolve/decided-disks';
import { aboutDisk } from './of-disks';
import type { Policy, Subject } from './policy';

type LunDisk = DecidedDisk & { target: object; lun: Lun };

/** @param detail null where all is well with the LUN; else what stands for `{}`, or nothing */
export function ofEachLun(
  detail: (disk: LunDisk, subject: Subject) => string | undefined | null,
): Policy['judge'] {
  return (subject) =>
    lunsOf(subject).flatMap((lun) => {
      const found = detail(lun, subject);
      if (found === null) return [];
      return [{ about: aboutDisk(lun.disk), ...(found !== undefined && { detail: found }) }];
    });
}

/** Without those that are not copied: of these another policy, or the map, says more. */
function lunsOf({ planned: { chosen, disks }, context: { set } }: Subject): LunDisk[] {
  return disks.flatMap((decided) => {
    const lun = lunOf(decided.disk, chosen.entry, set.plan.spec);
    return lun === null || decided.target === null || decided.refused.length > 0 ? [] : [{ ...decided, lun }];
  });
}
