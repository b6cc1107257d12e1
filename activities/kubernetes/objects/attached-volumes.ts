/** Volumes that a target attaches and does not own alone: other VMs' migrations copied them. Its VirtualMachine names them. */
import type { FrozenVm } from '../../../plan/frozen';
import type { VirtualMachine } from '../api/kinds';

const ATTACHED_VOLUMES = 'drover.dev/attached-volumes';

export function attachedVolumesAnnotation({ attached = [] }: FrozenVm): Record<string, string> {
  if (attached.length === 0) return {};
  return { [ATTACHED_VOLUMES]: attached.map(({ volumeName }) => volumeName).join(',') };
}

/** Names of the claims. */
export function attachedVolumesOf({ metadata }: VirtualMachine): string[] {
  return (metadata?.annotations?.[ATTACHED_VOLUMES] ?? '').split(',').filter((name) => name !== '');
}
