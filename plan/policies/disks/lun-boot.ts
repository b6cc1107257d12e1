import type { SourceDisk, SourceVm } from '../../inventory';
import type { PlanVm } from '../../manifests/plan-vm';
import { inGuestOrder } from '../../resolve/disk-order';
import { readRootDisk } from '../../root-disk';
import { ofEachLun } from '../of-luns';
import type { Policy } from '../policy';

export const lunBoot: Policy = {
  id: 'lun-boot',
  severity: 'critical',
  title: 'Guest that boots from a LUN',
  looksAt: 'which disk the guest most likely boots from, if it becomes a LUN (`rdmAsLun`)',
  found:
    'is to be a LUN (rdmAsLun), and the guest seems to boot from it: a conversion makes guests that boot from virtio disks, and this guest may not find its system',
  remedy:
    'set rdmAsLun to false for this VM; or, if the guest boots from another disk, name it as rootDisk; or acknowledge it, if the guest can boot from virtio-scsi',
  judge: ofEachLun(({ disk }, { planned: { chosen, vm } }) =>
    disk === likelyRoot(vm, chosen.entry) ? undefined : null,
  ),
};

/** What the plan says, else the boot options, else the first disk; only a conversion would know. */
function likelyRoot({ boot, disks }: SourceVm, { rootDisk }: PlanVm): SourceDisk | undefined {
  const ordered = inGuestOrder(disks);
  const named = rootDisk === undefined ? null : readRootDisk(rootDisk);
  if (named !== null) return ordered[named.index];
  const first = boot.find(({ kind }) => kind === 'disk');
  return ordered.find(({ key }) => key === first?.key) ?? ordered[0];
}
