import { cardsToProve } from '../of-guest-network';
import { type Policy, seen } from '../policy';

export const networkUnproven: Policy = {
  id: 'network-unproven',
  severity: 'critical',
  title: 'No address to prove',
  looksAt:
    '`verify.by: network`, if the plan has it and starts the target: the network of each card at the target, and the addresses that VMware Tools report of it',
  found: 'none of its cards has an address that the target can be proven by (verify.by is network)',
  remedy:
    'set verify.by to agent; or map the network of a card to multus; or, unless an earlier run has stopped it, start the VM and its VMware Tools and check the plan again. If it is acknowledged, the guest agent has to answer, and no address is compared',
  judge: (subject) => {
    const cards = cardsToProve(subject);
    return seen(cards !== null && cards.every(({ addresses }) => addresses.length === 0));
  },
};
