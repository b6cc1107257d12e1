import { type Policy, seen } from '../policy';

export const noDisk: Policy = {
  id: 'no-disk',
  severity: 'critical',
  impossible: true,
  title: 'No disk',
  looksAt: 'the disks of the VM',
  found: 'it has no disk',
  remedy: 'remove it from the plan',
  judge: ({ planned }) => seen(planned.vm.disks.length === 0),
};
