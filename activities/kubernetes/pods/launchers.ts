/** Launchers: the Pods in which KubeVirt runs the target VMs. */
import type { VmRef } from '../../../plan/vm-ref';
import { type Pod, VIRTUAL_MACHINE_INSTANCES } from '../api/kinds';

/** Selects the launchers of all VMs (KubeVirt 1.6, pkg/virt-controller/services/template.go: v1.AppLabel). */
export const LAUNCHERS = 'kubevirt.io=virt-launcher';

/** KubeVirt's name for the container that runs the guest (KubeVirt 1.6, services/template.go: computeContainerName). */
export const COMPUTE_CONTAINER = 'compute';

/** Decides by the owner of the Pod, not by its name: KubeVirt may cut the name. */
export function isLauncherOf({ metadata }: Pod, vm: VmRef): boolean {
  const owners = metadata?.ownerReferences ?? [];
  return owners.some(({ kind, name }) => kind === VIRTUAL_MACHINE_INSTANCES.kind && name === vm.targetName);
}
