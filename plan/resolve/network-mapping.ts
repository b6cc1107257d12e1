/** The NetworkMap against the source's networks and the target's. */
import type { FrozenNic } from '../frozen';
import { groupBy } from '../group-by';
import type { SourceNetwork, SourceNic, TargetInventory } from '../inventory';
import type { NetworkMapEntry } from '../manifests/network-map';
import { readAttachment } from '../network-attachment';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import type { ManifestSet } from '../manifest-set';
import { isUnread } from './check-rights';
import { flowYaml, mapEntries, withUnlisted } from './map-entries';
import { manifestAt } from './places';
import type { PlannedVm } from './planned-vm';
import { namedTransferNetwork } from './transfer-network';

interface MappedNetwork {
  /** Place of the entry in `spec.map`. */
  index: number;
  /** Null: cards on this network are left away. */
  network: FrozenNic['network'] | null;
}

/** By the network's moref. */
export type NetworkMapping = ReadonlyMap<string, MappedNetwork>;

const LIST_NETWORKS = 'list network-attachment-definitions.k8s.cni.cncf.io';
const NETWORK = { noun: 'network', plural: 'networks', otherwise: 'see `drover inventory networks`' };

/** A map can mean every network that vCenter lists, and every one that only a card still knows. */
export function mapNetworks(
  set: ManifestSet,
  networks: readonly SourceNetwork[],
  vms: readonly PlannedVm[],
): { mapping: NetworkMapping; problems: Problem[] } {
  const onCards = vms.flatMap(({ vm }) => vm.nics.map(({ network }) => network));
  const { entries, problems } = mapEntries(set.networkMap, withUnlisted(networks, onCards), NETWORK);
  const mapping = new Map<string, MappedNetwork>();
  for (const [moref, { entry, index }] of entries) {
    mapping.set(moref, { index, network: targetNetwork(entry.destination, set.plan.spec.targetNamespace) });
  }
  return { mapping, problems };
}

function targetNetwork(
  destination: NetworkMapEntry['destination'],
  targetNamespace: string,
): FrozenNic['network'] | null {
  switch (destination.type) {
    case 'ignored':
      return null;
    case 'pod':
      return { kind: 'pod' };
    case 'multus': {
      const { namespace, name } = readAttachment(destination) ?? destination;
      return { kind: 'multus', namespace: namespace || targetNamespace, name };
    }
  }
}

/** The namespaces of the target's networks that the map and the plan name, each once. */
export function networkNamespaces(set: ManifestSet): string[] {
  const { networkMap, plan } = set;
  const networks = networkMap.spec.map.map(({ destination }) =>
    targetNetwork(destination, plan.spec.targetNamespace),
  );
  const ofCards = networks.flatMap((network) => (network?.kind === 'multus' ? [network.namespace] : []));
  const ofCopies = namedTransferNetwork(set)?.namespace ?? [];
  return [...new Set(ofCards.concat(ofCopies))];
}

/** One problem per network that these VMs' cards are on and that is not mapped, or to one that the target lacks. */
export function checkNetworks(
  set: ManifestSet,
  vms: readonly PlannedVm[],
  mapping: NetworkMapping,
  target: TargetInventory,
): Problem[] {
  const uses = vms.flatMap(({ vm }) => vm.nics.map((nic) => ({ vm, nic })));
  const byNetwork = groupBy(uses, ({ nic }) => nic.network.moref);
  return [...byNetwork].flatMap(([moref, [first, ...more]]) => {
    const mapped = mapping.get(moref);
    if (mapped !== undefined) return checkAttachment(set, mapped, target);
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    const card = `"${first.nic.label}" of VM "${first.vm.name}"${others}`;
    const found = `network "${first.nic.network.name}" (${moref}) is not mapped; on it is ${card}`;
    return [errorAt(manifestAt(set.networkMap, 'spec.map'), found, missingEntry(first.nic.network))];
  });
}

/** With the entry in YAML, to be pasted. */
function missingEntry({ moref, name }: SourceNic['network']): string {
  const source = flowYaml(moref === name ? { name } : { id: moref });
  const entry = `{source: ${source}, destination: {type: ignored}}`;
  return `add an entry for it: ${entry} if the card is not needed, else of type pod or multus`;
}

function checkAttachment(
  set: ManifestSet,
  { index, network }: MappedNetwork,
  target: TargetInventory,
): Problem[] {
  if (network?.kind !== 'multus') return [];
  const name = `${network.namespace}/${network.name}`;
  if (target.networkAttachments.includes(name) || isUnread(target, network.namespace, LIST_NETWORKS))
    return [];
  const at = manifestAt(set.networkMap, `spec.map[${index}].destination.name`);
  const remedy = didYouMean(name, target.networkAttachments, 'create it, or name another');
  return [errorAt(at, `the target has no NetworkAttachmentDefinition ${name}`, remedy)];
}
