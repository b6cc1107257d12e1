import { type Policy, seen } from '../policy';

export const placementRules: Policy = {
  id: 'placement-rules',
  severity: 'warning',
  title: 'Rules of the cluster',
  looksAt: 'the rules of DRS that name the VM, or a group that it is in',
  found: 'rules of its cluster say where it runs ({}), and the target has no such rules',
  remedy: 'give the target a targetNodeSelector, or affinity after the migration, if it needs them',
  judge: ({ planned: { vm }, context: { source } }) => {
    const about = source.rules.filter(({ vms }) => vms.includes(vm.moref));
    return seen(about.length > 0, about.map(({ name }) => `"${name}"`).join(', '));
  },
};
