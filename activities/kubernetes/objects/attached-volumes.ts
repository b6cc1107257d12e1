/** Volumes that a target attaches and does not own alone: other VMs' migrations copied them. Its VirtualMachine names them. */
import { MOST_DISKS } from '../../../plan/field-limits';
import type { FrozenVm } from '../../../plan/frozen';
import { isDnsLabel } from '../../../plan/names';
import { type ApiObject, VIRTUAL_MACHINES, type VirtualMachine } from '../api/kinds';

const ATTACHED_VOLUMES = 'drover.dev/attached-volumes';

export function attachedVolumesAnnotation({ attached = [] }: FrozenVm): Record<string, string> {
  if (attached.length === 0) return {};
  return { [ATTACHED_VOLUMES]: attached.map(({ volumeName }) => volumeName).join(',') };
}

/** Names of the claims. Foreign data: whoever may write the VirtualMachine may write the note. */
export function attachedVolumesOf({ metadata }: VirtualMachine): string[] {
  const names = (metadata?.annotations?.[ATTACHED_VOLUMES] ?? '').split(',').filter(isDnsLabel);
  return [...new Set(names)].slice(0, MOST_DISKS);
}

/** Names of the VirtualMachines that own the claim and do not control it: they attach it. */
export function attachersOf({ metadata }: ApiObject): string[] {
  return (metadata?.ownerReferences ?? [])
    .filter(({ kind, controller }) => kind === VIRTUAL_MACHINES.kind && controller !== true)
    .map(({ name }) => name);
}
