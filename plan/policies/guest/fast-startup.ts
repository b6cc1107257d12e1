import { type Policy, seen } from '../policy';

/** Windows 8, 10 and 11; Windows Server has no Fast Startup. vSphere calls the second `windows9`. */
const CLIENT = /^windows(8|9|10|11|12)(_64)?Guest$/;

export const fastStartup: Policy = {
  id: 'fast-startup',
  severity: 'information',
  title: 'Windows that may hibernate at shutdown',
  looksAt:
    'the guest operating system that vSphere is set to, the power state, and whether the guest is converted',
  found:
    'its Windows may use Fast Startup: a shutdown then leaves its file systems as if in hibernation, and they can not be converted',
  remedy: 'run powercfg /h off in the guest before the migration',
  judge: ({ planned: { vm }, context: { set } }) =>
    seen(!set.plan.spec.skipGuestConversion && CLIENT.test(vm.guestId)),
};
