import { isAddressed, namesOf, networkCards } from '../of-guest-network';
import { type Policy, seen } from '../policy';

export const networkUnknown: Policy = {
  id: 'network-unknown',
  severity: 'warning',
  title: 'Cards without a known address',
  looksAt: '`preserveStaticIPs: true`, if the plan has it, and what VMware Tools report of each card',
  found: 'VMware Tools report no address of {}',
  remedy:
    'start the VM and its VMware Tools, and check the plan again; else look at the network of the target after the first boot',
  judge: (subject) => {
    const unknown = networkCards(subject).filter((nic) => !isAddressed(nic));
    return seen(unknown.length > 0, namesOf(unknown));
  },
};
