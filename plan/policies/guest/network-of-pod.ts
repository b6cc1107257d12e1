import { namesOf, networkCards } from '../of-guest-network';
import { type Policy, seen } from '../policy';

export const networkOfPod: Policy = {
  id: 'network-of-pod',
  severity: 'warning',
  title: 'Address on the Pod network',
  looksAt:
    '`preserveStaticIPs: true`, if the plan has it, the network of each card at the target, and whether DHCP gave its address',
  found: '{} will be on the Pod network, where the guest can not keep its address',
  remedy: 'map the network of the card to multus, or give the guest DHCP on this card before the migration',
  judge: (subject) => {
    const { networks } = subject.context;
    const fixed = networkCards(subject).filter(
      ({ guest, network }) =>
        networks.get(network.moref)?.network?.kind === 'pod' &&
        guest?.addresses.some(({ by }) => by !== 'dhcp'),
    );
    return seen(fixed.length > 0, namesOf(fixed));
  },
};
