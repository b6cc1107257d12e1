import { MOST_DISKS } from '../../field-limits';
import { type Policy, seen } from '../policy';

export const tooManyDisks: Policy = {
  id: 'too-many-disks',
  severity: 'critical',
  impossible: true,
  title: 'Too many disks',
  looksAt: 'the disks of the VM',
  found: 'it has {} disks',
  remedy: `put its data onto at most ${MOST_DISKS}: the record of a migration of more does not fit into Temporal's messages; or migrate it by other means`,
  judge: ({ planned: { vm } }) => seen(vm.disks.length > MOST_DISKS, String(vm.disks.length)),
};
