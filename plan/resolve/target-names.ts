/** What the VMs of a plan are called at the target. */
import type { PlanVm } from '../manifests/plan-vm';
import { deriveTargetName, tellApart } from '../names';

interface Unnamed {
  moref: string;
  name: string;
  entry: PlanVm;
}

/**
 * The plan's word, else the VM's own name made fit. Derived names that meet each other, or a given one, are all
 * made unique by a hash, so that no VM's name depends on its place in the plan.
 */
export function nameTargets<T extends Unnamed>(vms: readonly T[]): (T & { targetName: string })[] {
  const wishes = vms.map((vm) => vm.entry.targetName ?? deriveTargetName(vm));
  const seen = new Map<string, number>();
  for (const wish of wishes) seen.set(wish, (seen.get(wish) ?? 0) + 1);
  return vms.map((vm) => {
    const wish = vm.entry.targetName ?? deriveTargetName(vm);
    const derived = vm.entry.targetName === undefined;
    return { ...vm, targetName: derived && seen.get(wish) !== 1 ? tellApart(wish, vm.moref) : wish };
  });
}
