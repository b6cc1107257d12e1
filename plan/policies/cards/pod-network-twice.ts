import { type Policy, seen } from '../policy';

export const podNetworkTwice: Policy = {
  id: 'pod-network-twice',
  severity: 'critical',
  impossible: true,
  title: 'Two cards on the Pod network',
  looksAt: 'the networks of the cards at the target',
  found: '{} would share the Pod network, which takes one card',
  remedy: 'map all but one of their networks to multus or ignored',
  judge: ({ planned: { vm }, context: { networks } }) => {
    const onPod = vm.nics.filter((nic) => networks.get(nic.network.moref)?.network?.kind === 'pod');
    return seen(onPod.length > 1, onPod.map(({ label }) => `"${label}"`).join(' and '));
  },
};
