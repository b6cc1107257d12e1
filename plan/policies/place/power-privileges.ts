import type { SourcePrivilege } from '../../inventory';
import { type Policy, seen } from '../policy';

const POWER: readonly SourcePrivilege[] = [
  'VirtualMachine.Interact.PowerOff',
  'VirtualMachine.Interact.PowerOn',
];

export const powerPrivileges: Policy = {
  id: 'power-privileges',
  severity: 'critical',
  title: 'Login that may not switch the power',
  looksAt: 'whether the login of the vCenter may shut down and start the VM, if it runs',
  found: 'the vCenter account lacks {} on it, so Drover could not stop it, or start it again after an abort',
  remedy: 'give the role of the account these privileges on the VM or a folder above it',
  judge: ({ planned: { vm }, context: { source } }) => {
    const lacking = (source.lacking.get(vm.moref) ?? []).filter((privilege) => POWER.includes(privilege));
    return seen(vm.power.state === 'poweredOn' && lacking.length > 0, lacking.join(' and '));
  },
};
