/** The Pods that target VMs live in. */
import type { VmRef } from '../../../plan/vm-ref';
import { type Pod, VIRTUAL_MACHINE_INSTANCES } from '../api/kinds';

/** Selects the launchers of all VMs. */
export const LAUNCHERS = 'kubevirt.io=virt-launcher';

/** The container that the machine itself runs in; KubeVirt's name. */
export const COMPUTE_CONTAINER = 'compute';

/** Its owner tells, and not its name, which KubeVirt may cut. */
export function isLauncherOf({ metadata }: Pod, vm: VmRef): boolean {
  const owners = metadata?.ownerReferences ?? [];
  return owners.some(({ kind, name }) => kind === VIRTUAL_MACHINE_INSTANCES.kind && name === vm.targetName);
}
