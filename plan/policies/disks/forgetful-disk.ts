import { remembers } from '../../disk-kinds';
import { aboutDisk } from '../of-disks';
import type { Policy } from '../policy';

export const forgetfulDisk: Policy = {
  id: 'forgetful-disk',
  severity: 'critical',
  impossible: true,
  title: 'Disk that forgets',
  looksAt: 'the mode of each disk',
  found: 'is in mode {}',
  remedy: 'set it to dependent and persistent',
  judge: ({ planned: { vm } }) =>
    vm.disks
      .filter((disk) => !remembers(disk))
      .map((disk) => ({ about: aboutDisk(disk), detail: disk.mode })),
};
