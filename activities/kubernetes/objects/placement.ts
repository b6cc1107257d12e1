/** Where Pods of a migration run: nodes of the VM, or nodes that the plan names for conversions. */
import type { Affinity } from '../../../plan/affinity';
import type { FrozenVm } from '../../../plan/frozen';

type PodTerms = NonNullable<Affinity['podAffinity']>;

interface Placement {
  nodeSelector: Record<string, string>;
  affinity?: Affinity;
}

/** Of the VM. */
export function vmPlacement({ nodeSelector, affinity }: FrozenVm): Placement {
  return { nodeSelector, ...(affinity !== undefined && { affinity }) };
}

/**
 * Of the Pod that has a VM's volumes bound for it: the VM's nodes. What the plan requires of other Pods is a wish here. It may
 * speak of VMs that do not run yet, or of the VM itself, whose labels this Pod does not have: the Pod would wait for ever.
 */
export function binderPlacement({ nodeSelector, affinity }: FrozenVm): Placement {
  if (affinity === undefined) return { nodeSelector };
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return {
    nodeSelector,
    affinity: {
      ...(nodeAffinity !== undefined && { nodeAffinity }),
      ...(podAffinity !== undefined && { podAffinity: wished(podAffinity) }),
      ...(podAntiAffinity !== undefined && { podAntiAffinity: wished(podAntiAffinity) }),
    },
  };
}

/** Kubernetes' largest weight: what was required counts more than what the plan itself only prefers. */
const LARGEST_WEIGHT = 100;

function wished(terms: PodTerms): PodTerms {
  const required = terms.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = terms.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    preferredDuringSchedulingIgnoredDuringExecution: [
      ...required.map((podAffinityTerm) => ({ weight: LARGEST_WEIGHT, podAffinityTerm })),
      ...preferred,
    ],
  };
}

/**
 * Of conversions. Where the plan names no nodes for them, they run on the VM's. What the plan says of the VM and other Pods
 * then does not count: the conversion is not the VM.
 */
export function convertorPlacement({ nodeSelector, affinity, convertor = {} }: FrozenVm): Placement {
  const own = convertor.nodeSelector !== undefined || convertor.affinity !== undefined;
  if (own)
    return {
      nodeSelector: convertor.nodeSelector ?? {},
      ...(convertor.affinity !== undefined && { affinity: convertor.affinity }),
    };
  const nodes = affinity?.nodeAffinity;
  return { nodeSelector, ...(nodes !== undefined && { affinity: { nodeAffinity: nodes } }) };
}
