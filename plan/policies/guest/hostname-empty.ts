import { type Policy, seen } from '../policy';

export const hostnameEmpty: Policy = {
  id: 'hostname-empty',
  severity: 'information',
  title: 'Guest without a host name',
  looksAt: 'the host name that VMware Tools report of a guest that runs',
  found:
    'VMware Tools report no host name of its guest: they may have started only now, or the guest has none',
  remedy: 'look at the network of the target after the first boot',
  judge: ({ planned: { vm } }) => seen(vm.tools.running && vm.guest.hostName === null),
};
