/** A machine's networks besides the Pod network. Source (kubevirt 1.6.0): pkg/network/multus/nad.go. */
import type { Cluster, KubeObject, ObjectName } from '../cluster';
import { NETWORK_ATTACHMENTS, type VirtualMachineInstance } from '../resources';

/** A network of the machine's, and the NetworkAttachmentDefinition that it names. */
interface AttachedNetwork {
  network: string;
  definition: ObjectName;
}

/** A name without a namespace means the machine's namespace. */
export function attachedNetworks({ metadata, spec }: VirtualMachineInstance): AttachedNetwork[] {
  return (spec.networks ?? []).flatMap(({ name: network, multus }) => {
    if (multus === undefined) return [];
    const [first = '', second] = multus.networkName.split('/');
    const definition =
      second === undefined
        ? { name: first, namespace: metadata?.namespace }
        : { name: second, namespace: first };
    return { network, definition };
  });
}

/**
 * The definitions of its networks, by the names that the networks have in the machine.
 * @throws Error where one of them does not exist
 */
export async function findDefinitions(
  cluster: Cluster,
  instance: VirtualMachineInstance,
): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for (const { definition, network } of attachedNetworks(instance)) {
    const object = await cluster.find(NETWORK_ATTACHMENTS, definition);
    if (object === null) {
      const { namespace, name } = definition;
      throw new Error(`failed to locate network attachment definition ${namespace}/${name}`);
    }
    found.set(network, object);
  }
  return found;
}
