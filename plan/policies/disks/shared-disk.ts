import { ofEachDisk } from '../of-disks';
import type { Policy } from '../policy';

export const sharedDisk: Policy = {
  id: 'shared-disk',
  severity: 'critical',
  impossible: true,
  title: 'Shared disk',
  looksAt: 'whether other VMs may write to a disk',
  found: 'is shared between VMs: another may write to it while it is copied',
  remedy: 'end the sharing, or migrate it by hand',
  judge: ofEachDisk(({ disk }) => (disk.shared ? undefined : null)),
};
