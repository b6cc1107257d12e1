import { bootDisk } from '../../resolve/boot-index';
import { ofEachLun } from '../of-luns';
import type { Policy } from '../policy';

export const lunBoot: Policy = {
  id: 'lun-boot',
  severity: 'critical',
  title: 'Guest that boots from a LUN',
  looksAt: 'which disk the guest most likely boots from, if it becomes a LUN (`rdmAsLun`)',
  found:
    'is to be a LUN (rdmAsLun), and the guest seems to boot from it: without the driver virtio-scsi it does not find its system, and conversions prepare guests for virtio disks',
  remedy:
    'set rdmAsLun to false for this VM; or, if the guest boots from another disk, name it as rootDisk; or acknowledge it, if the guest can boot from virtio-scsi',
  judge: ofEachLun(({ disk }, { planned }) => (disk === bootDisk(planned) ? undefined : null)),
};
