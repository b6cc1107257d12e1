import { type Policy, seen } from '../policy';

export const placementRules: Policy = {
  id: 'placement-rules',
  severity: 'warning',
  title: 'Rules of the cluster',
  looksAt: 'the rules of DRS that name the VM, or a group that it is in',
  found: 'rules of its cluster say where it runs ({}), and the target has no such rules',
  remedy:
    'say it in targetAffinity if the target needs it: podAntiAffinity of VMs that must be apart, podAffinity of VMs that must be together, nodeAffinity of VMs that belong on some nodes',
  judge: ({ planned: { vm }, context: { source } }) => {
    const about = source.rules.filter(({ vms }) => vms.includes(vm.moref));
    return seen(about.length > 0, about.map(({ name }) => `"${name}"`).join(', '));
  },
};
