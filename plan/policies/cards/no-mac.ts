import { keptCards } from '../of-cards';
import type { Policy } from '../policy';

export const noMac: Policy = {
  id: 'no-mac',
  severity: 'critical',
  impossible: true,
  title: 'Card without a MAC address',
  looksAt: 'the MAC addresses of the cards',
  found: '{} has no MAC address',
  remedy: 'power the VM on once or set one, or map its network to ignored',
  judge: ({ planned: { vm }, context: { networks } }) =>
    keptCards(vm, networks)
      .filter(({ macAddress }) => macAddress === '')
      .map(({ label }) => ({ detail: `"${label}"` })),
};
