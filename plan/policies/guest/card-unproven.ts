import { cardsToProve, namesOf } from '../of-guest-network';
import { type Policy, seen } from '../policy';

export const cardUnproven: Policy = {
  id: 'card-unproven',
  severity: 'warning',
  title: 'Cards without an address to prove',
  looksAt:
    '`verify.by: network`, if the plan has it and starts the target: the network of each card at the target, and the addresses that VMware Tools report of it',
  found: '{} has no address that the target can be proven by, but other cards have',
  remedy:
    'look at this card of the target after the first boot: it is on the Pod network or was not connected, or VMware Tools report no address of it, or only such as DHCP gave',
  judge: (subject) => {
    const cards = cardsToProve(subject) ?? [];
    const bare = cards.filter(({ addresses }) => addresses.length === 0);
    const found = bare.length > 0 && bare.length < cards.length;
    return seen(found, namesOf(bare.map(({ nic }) => nic)));
  },
};
