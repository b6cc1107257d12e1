/** Where Pods of a migration run: nodes of the VM, or nodes that the plan names for conversions. */
import type { Affinity } from '../../../plan/affinity';
import type { FrozenVm } from '../../../plan/frozen';

interface Placement {
  nodeSelector: Record<string, string>;
  affinity?: Affinity;
}

/** Of the VM, and of the Pod that has its volumes bound for it. */
export function vmPlacement({ nodeSelector, affinity }: FrozenVm): Placement {
  return { nodeSelector, ...(affinity !== undefined && { affinity }) };
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
