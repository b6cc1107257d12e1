import { type Policy, seen } from '../policy';

export const nameChanged: Policy = {
  id: 'name-changed',
  severity: 'information',
  title: 'Another name at the target',
  looksAt: 'the name of the VM, and `targetName`',
  found: 'its name is no name of a VirtualMachine: its target will be called {}',
  remedy: 'give a targetName, if you want another',
  judge: ({ planned: { vm, chosen } }) =>
    seen(chosen.entry.targetName === undefined && chosen.targetName !== vm.name, chosen.targetName),
};
