import { findInstanceType } from '../instance-type';
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import { isUnread } from './check-rights';
import { entryAt } from './places';
import type { PlannedVm } from './planned-vm';

/** The target must have the instance types that the plan names. */
export function checkInstanceTypes(
  set: ManifestSet,
  vms: readonly PlannedVm[],
  target: TargetInventory,
): Problem[] {
  const { targetNamespace } = set.plan.spec;
  const types = target.instanceTypes ?? [];
  const unread =
    isUnread(target, null, 'list virtualmachineclusterinstancetypes.instancetype.kubevirt.io') ||
    isUnread(target, targetNamespace, 'list virtualmachineinstancetypes.instancetype.kubevirt.io');
  if (unread) return [];
  return vms.flatMap(({ chosen: { entry, index } }) => {
    const { instanceType: name } = entry;
    if (name === undefined || findInstanceType(name, types) !== undefined) return [];
    const found = `neither namespace "${targetNamespace}" of the target nor its cluster has an instance type "${name}"`;
    const names = types.map((type) => type.name);
    return [
      errorAt(
        entryAt(set, index, 'instanceType'),
        found,
        didYouMean(name, names, 'create it, or name another'),
      ),
    ];
  });
}
