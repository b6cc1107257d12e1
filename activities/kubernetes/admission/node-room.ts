/**
 * Whether any node of the target could ever take a Pod, judged by the node's labels, taints and allocatable resources.
 * What runs on the node at this moment does not count. Whether there is room now, the scheduler decides for the
 * binder.
 */
import { parseQuantity } from '../../../plan/quantity';
import type { Amounts } from '../../../plan/quota';
import { failure } from '../../failure';
import type { Cluster } from '../access/clusters';
import type { FuturePod } from './future-pods';
import { type Node, NODES, type Pod } from '../api/kinds';
import { meetsAffinity } from './node-affinity';
import { podDemand } from './pod-demand';
import { Recent } from '../api/recent';

/** One reading serves the VMs of a plan that start together. A new node counts after this long at the latest. */
const FRESH_MS = 60_000;

export class NodeRoom {
  private readonly recent = new Recent<Node[]>(FRESH_MS);

  /** @throws NoNodeFits */
  async require(cluster: Cluster, pods: readonly Pick<FuturePod, 'purpose' | 'pod'>[]): Promise<void> {
    const nodes = await this.recent.get(cluster.key, async () => (await cluster.api.list(NODES)).items);
    for (const { purpose, pod } of pods) {
      const why = whyOnNone(pod, nodes);
      if (why !== null) throw failure('NoNodeFits', `no node could take the Pod of the ${purpose}: ${why}`);
    }
  }
}

/**
 * `2 of 3 nodes: only 8Gi memory; 1 of 3 nodes: taint dedicated`. Null where a node could take it, or no node is
 * known.
 */
export function whyOnNone(pod: Pod, nodes: readonly Node[]): string | null {
  const reasons = nodes.map((node) => whyNot(pod, node));
  if (reasons.length === 0 || reasons.includes(null)) return null;
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason ?? '', (counts.get(reason ?? '') ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} of ${nodes.length} nodes: ${reason}`).join('; ');
}

function whyNot(pod: Pod, node: Node): string | null {
  const { nodeSelector = {}, tolerations = [] } = pod.spec ?? {};
  const labels = node.metadata?.labels ?? {};
  const unmet = Object.entries(nodeSelector).find(([key, value]) => labels[key] !== value);
  if (unmet !== undefined) return `no label ${unmet.join('=')}`;
  if (!meetsAffinity(pod, node)) return 'not among those that the affinity requires';
  const taint = (node.spec?.taints ?? []).find(
    (one) => repels(one) && !tolerations.some((it) => tolerates(it, one)),
  );
  if (taint !== undefined) return `taint ${taint.key}`;
  return whyTooSmall(podDemand(pod).requests, node.status?.allocatable ?? {});
}

function whyTooSmall(requests: Amounts, offered: Readonly<Record<string, unknown>>): string | null {
  for (const [resource, needed] of Object.entries(requests)) {
    const has = offered[resource] as string | undefined;
    if ((parseQuantity(has ?? '0') ?? 0) < needed)
      return `${has === undefined ? 'no' : `only ${has}`} ${resource}`;
  }
  return null;
}

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

/**
 * Whether a taint keeps Pods away for good. Kubernetes' own taints (`node.kubernetes.io/…`) name a state that passes.
 */
function repels({ key, effect }: Taint): boolean {
  return effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/');
}

function tolerates({ key, operator = 'Equal', value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (operator === 'Exists') return key === undefined || key === taint.key;
  return key === taint.key && (value ?? '') === (taint.value ?? '');
}
