import { type Policy, seen } from '../policy';

const DEFAULTS = /^(localhost|localhost[46]?\.localdomain[46]?)$/i;

export const hostnameDefault: Policy = {
  id: 'hostname-default',
  severity: 'information',
  title: 'Guest with a default host name',
  looksAt: 'the host name that VMware Tools report',
  found: 'its guest calls itself {}: it may take its name from a network that the target does not have',
  remedy: 'give the guest a name of its own, if others find it by its name',
  judge: ({ planned: { vm } }) => seen(DEFAULTS.test(vm.guest.hostName ?? ''), vm.guest.hostName ?? ''),
};
