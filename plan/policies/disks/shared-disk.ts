import { listSome } from '../../cut';
import { filesOf } from '../../disk-files';
import { groupBy } from '../../group-by';
import type { SourceDisk, SourceVm } from '../../inventory';
import { aboutDisk } from '../of-disks';
import type { DiskSharer, PlanContext, Policy } from '../policy';

/** Of one disk, so that the problem stays readable. */
const MOST_NAMED = 5;

export const sharedDisk: Policy = {
  id: 'shared-disk',
  severity: 'critical',
  impossible: true,
  title: 'Shared disk',
  looksAt:
    'whether other VMs may write to a disk: it has several writers, its controller shares its bus, or a VM of the plan writes a file that another one has; and which VMs of the vCenter have a disk that is shared',
  found: 'is shared between VMs: another may write to it while it is copied',
  remedy:
    "detach it from all of them but one and end its sharing (multi-writer, or its controller's bus sharing), or leave these VMs out of the plan and migrate them by hand: copy the disk once, while all of them are off, and give its volume to their VirtualMachines as shareable",
  judge: ({ planned: { vm, disks }, context: { sharers } }) =>
    disks.flatMap(({ disk }) => {
      const others = othersWith(disk, vm, sharers);
      if (!disk.shared && others.length === 0) return [];
      return [{ about: aboutDisk(disk), addition: `; ${alsoHave(others)}` }];
    }),
};

/** Whoever has the file that this VM writes, or writes one that it reads. The first word about each counts. */
function othersWith(disk: SourceDisk, vm: SourceVm, sharers: PlanContext['sharers']): DiskSharer[] {
  const all = filesOf(disk).flatMap(({ file, isWritten }) =>
    (sharers.get(file) ?? []).filter(({ moref, writes }) => moref !== vm.moref && (isWritten || writes)),
  );
  return [...groupBy(all, ({ moref }) => moref).values()].map(([first]) => first);
}

function alsoHave(others: readonly DiskSharer[]): string {
  if (others.length === 0) return 'vCenter shows no other VM that has it';
  const named = listSome(others.map(describe), MOST_NAMED);
  return others.length === 1 ? `VM ${named} has it, too` : `VMs ${named} have it, too`;
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
