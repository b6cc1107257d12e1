/** The network that a plan's disks are copied over, as the target has it. */
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import { isRoute, ROUTE_ANNOTATION, type TransferNetwork } from '../transfer-network';
import { isUnread } from './check-rights';
import { planAt } from './places';

/** Multus' own place for networks that all namespaces may use (`globalNamespaces`). */
const FOR_ALL = 'default';

/** Null where the plan names none: then disks travel over the Pod network. */
export function namedTransferNetwork({
  plan,
}: ManifestSet): Pick<TransferNetwork, 'namespace' | 'name'> | null {
  const { transferNetwork, targetNamespace } = plan.spec;
  if (transferNetwork === undefined || transferNetwork.name === '') return null;
  return { namespace: transferNetwork.namespace ?? targetNamespace, name: transferNetwork.name };
}

/** With the route that its owner names. */
export function transferNetwork(set: ManifestSet, target: TargetInventory): TransferNetwork | null {
  const named = namedTransferNetwork(set);
  if (named === null) return null;
  const route = target.networkRoutes?.[`${named.namespace}/${named.name}`];
  return { ...named, ...(route !== undefined && { route }) };
}

export function checkTransferNetwork(set: ManifestSet, target: TargetInventory): Problem[] {
  const network = transferNetwork(set, target);
  if (network === null) return [];
  const { namespace, name, route } = network;
  const { targetNamespace } = set.plan.spec;
  const full = `${namespace}/${name}`;
  if (namespace !== targetNamespace && namespace !== FOR_ALL) {
    const found = `is in namespace "${namespace}", from which Pods of "${targetNamespace}" get no network`;
    const remedy = `name one of namespace "${targetNamespace}" or "${FOR_ALL}"`;
    return [errorAt(planAt(set, 'spec.transferNetwork.namespace'), found, remedy)];
  }
  const at = planAt(set, 'spec.transferNetwork.name');
  if (!target.networkAttachments.includes(full)) {
    if (isUnread(target, namespace, 'list network-attachment-definitions.k8s.cni.cncf.io')) return [];
    const remedy = didYouMean(full, target.networkAttachments, 'create it, or name another');
    return [errorAt(at, `the target has no NetworkAttachmentDefinition ${full}`, remedy)];
  }
  if (route === undefined || isRoute(route)) return [];
  const found = `the annotation ${ROUTE_ANNOTATION} of NetworkAttachmentDefinition ${full} is ${JSON.stringify(route)}`;
  return [errorAt(at, found, 'set it there to the address of a gateway, or to none')];
}
