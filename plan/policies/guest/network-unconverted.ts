import { keptCards } from '../of-cards';
import { type Policy, seen } from '../policy';

export const networkUnconverted: Policy = {
  id: 'network-unconverted',
  severity: 'warning',
  title: 'Network of an unconverted guest',
  looksAt: '`preserveStaticIPs: true`, if the plan has it, and `skipGuestConversion`',
  found:
    'its guest is not converted (skipGuestConversion), so Drover does not see to it that the guest keeps its network',
  remedy:
    'set skipGuestConversion to false; or bind the names of its cards to their MAC addresses in the guest, and look at its network after the first boot',
  judge: ({ planned: { vm }, context: { networks, set } }) => {
    const { preserveStaticIPs, skipGuestConversion } = set.plan.spec;
    return seen(preserveStaticIPs === true && skipGuestConversion && keptCards(vm, networks).length > 0);
  },
};
