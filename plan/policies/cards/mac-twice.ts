import type { Policy } from '../policy';

export const macTwice: Policy = {
  id: 'mac-twice',
  severity: 'critical',
  impossible: true,
  title: 'One MAC address twice',
  looksAt: 'the MAC addresses of all cards of the plan',
  found: '{}: targets keep MAC addresses, and two cards of one would not both work',
  remedy: 'change one of them, or map its network to ignored',
  judge: ({ planned: { vm }, context: { twins } }) =>
    (twins.get(vm.moref) ?? []).map((detail) => ({ detail })),
};
