import { type Policy, seen } from '../policy';

export const template: Policy = {
  id: 'template',
  severity: 'critical',
  impossible: true,
  title: 'Template',
  looksAt: 'whether the VM is a template',
  found: 'it is a template',
  remedy: 'deploy a VM from it, and migrate that',
  judge: ({ planned }) => seen(planned.vm.isTemplate),
};
