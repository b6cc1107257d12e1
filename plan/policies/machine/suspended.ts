import { type Policy, seen } from '../policy';

export const suspended: Policy = {
  id: 'suspended',
  severity: 'critical',
  impossible: true,
  title: 'Suspended VM',
  looksAt: 'the power state of the VM',
  found: 'it is suspended',
  remedy: 'resume it, or shut it down: a migration would lose its memory',
  judge: ({ planned }) => seen(planned.vm.power.state === 'suspended'),
};
