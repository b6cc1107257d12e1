import { cardsToProve } from '../of-guest-network';
import { type Policy, seen } from '../policy';

export const networkNotKept: Policy = {
  id: 'network-not-kept',
  severity: 'warning',
  title: 'Addresses that nothing keeps',
  looksAt:
    '`verify.by: network`, if the plan has it and starts the target, `preserveStaticIPs` and `skipGuestConversion`',
  found:
    'its target is to have the addresses of the source (verify.by is network), but Drover does not see to that',
  remedy:
    'leave preserveStaticIPs and skipGuestConversion out of the plan; or make sure that the guest binds its settings to MAC addresses',
  judge: (subject) => {
    const { preserveStaticIPs, skipGuestConversion } = subject.context.set.plan.spec;
    const proves = cardsToProve(subject)?.some(({ addresses }) => addresses.length > 0) ?? false;
    return seen(proves && (preserveStaticIPs === false || skipGuestConversion));
  },
};
