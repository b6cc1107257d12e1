/** A machine's networks besides the Pod network. Source (kubevirt 1.6.0): pkg/network/multus/nad.go. */
import type { Cluster, ObjectName } from '../cluster';
import { NETWORK_ATTACHMENTS, type VirtualMachineInstance } from '../resources';

/** A name without a namespace means the machine's namespace. */
export function attachedNetworks({ metadata, spec }: VirtualMachineInstance): ObjectName[] {
  const named = (spec.networks ?? []).flatMap(({ multus }) => multus?.networkName ?? []);
  return named.map((text) => {
    const [first = '', second] = text.split('/');
    return second === undefined
      ? { name: first, namespace: metadata?.namespace }
      : { name: second, namespace: first };
  });
}

/** @throws Error where one of them does not exist. */
export async function checkNetworks(cluster: Cluster, instance: VirtualMachineInstance): Promise<void> {
  for (const network of attachedNetworks(instance)) {
    if ((await cluster.find(NETWORK_ATTACHMENTS, network)) === null) {
      const { namespace, name } = network;
      throw new Error(`failed to locate network attachment definition ${namespace}/${name}`);
    }
  }
}
