import { ofEachDisk } from '../of-disks';
import type { Policy } from '../policy';

export const noCapacity: Policy = {
  id: 'no-capacity',
  severity: 'critical',
  impossible: true,
  title: 'Disk without capacity',
  looksAt: 'the capacity of each disk',
  found: 'has no capacity',
  remedy: 'remove it from the VM',
  judge: ofEachDisk(({ disk }) => (disk.capacityBytes <= 0 ? undefined : null)),
};
