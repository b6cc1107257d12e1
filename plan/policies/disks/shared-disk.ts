import { listSome } from '../../cut';
import type { DiskSharer } from '../../resolve/disk-sharers';
import { aboutDisk } from '../of-disks';
import type { Policy } from '../policy';

/** Of one disk, so that the problem stays readable. */
const MOST_NAMED = 5;

export const sharedDisk: Policy = {
  id: 'shared-disk',
  severity: 'critical',
  impossible: true,
  title: 'Shared disk',
  looksAt:
    'disks that other VMs have, too (several writers, a controller that shares its bus, or a file that another VM of the plan writes): whether all VMs that have the disk are off, are of the plan, and can get its volume, and whether one of them copies it',
  found: 'is shared between VMs',
  remedy:
    "detach it from all of them but one and end its sharing (multi-writer, or its controller's bus sharing)",
  judge: ({ planned: { disks } }) =>
    disks.flatMap(({ disk, shared }) =>
      (shared?.faults ?? []).map(({ found, remedy }) => ({
        about: aboutDisk(disk),
        addition: `${alsoHave(shared!.others)}; ${found}`,
        rather: remedy,
      })),
    ),
};

function alsoHave(others: readonly DiskSharer[]): string {
  if (others.length === 0) return '';
  const named = listSome(others.map(describe), MOST_NAMED);
  return others.length === 1 ? `; VM ${named} has it, too` : `; VMs ${named} have it, too`;
}

function describe({ isOfPlan, name, powerState }: DiskSharer): string {
  const place = isOfPlan ? 'of the plan' : 'not of the plan';
  return `"${name}" (${place}, ${WORDS[powerState ?? 'unknown']})`;
}

const WORDS = {
  poweredOn: 'on',
  poweredOff: 'off',
  suspended: 'suspended',
  unknown: 'vCenter does not say whether it is on',
} as const;
