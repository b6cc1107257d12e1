import { findInstanceType } from '../instance-type';
import type { TargetInventory } from '../inventory';
import type { ManifestSet } from '../manifest-set';
import { preferenceFor } from '../preference';
import { unmetBy } from '../preference-requirements';
import { errorAt, type Problem } from '../problem';
import { didYouMean } from '../suggest';
import { isUnread } from './check-rights';
import { hardwareOf } from './freeze-vm';
import { planAt } from './places';
import type { PlannedVm } from './planned-vm';

/** The target must have the preferences that VMs of the plan get, and these VMs what they require. What no VM gets may be for other plans. */
export function checkPreferences(
  set: ManifestSet,
  vms: readonly PlannedVm[],
  target: TargetInventory,
): Problem[] {
  if (isUnread(target, null, 'list virtualmachineclusterpreferences.instancetype.kubevirt.io')) return [];
  const there = (target.preferences ?? []).map(({ name }) => name);
  const guestIds = new Set(vms.map(({ vm }) => vm.guestId));
  const missing = [...guestIds].flatMap((guestId) => {
    const name = preferenceFor(set, guestId);
    if (name === undefined || there.includes(name)) return [];
    return [
      errorAt(
        placeOf(set, guestId),
        `the target has no VirtualMachineClusterPreference "${name}"`,
        didYouMean(name, there, 'create it, or name another'),
      ),
    ];
  });
  return [...missing, ...vms.flatMap((planned) => checkRequirements(set, planned, target))];
}

/** KubeVirt would refuse the VirtualMachine. */
function checkRequirements(
  set: ManifestSet,
  { chosen: { entry }, vm }: PlannedVm,
  { instanceTypes = [], preferences = [] }: TargetInventory,
): Problem[] {
  const name = preferenceFor(set, vm.guestId);
  const preference = preferences.find((one) => one.name === name);
  const { instanceType } = entry;
  const type = instanceType === undefined ? undefined : findInstanceType(instanceType, instanceTypes);
  // A type that the target lacks is refused elsewhere.
  if (preference === undefined || (instanceType !== undefined && type === undefined)) return [];
  return unmetBy(preference, hardwareOf(vm), type).map((unmet) =>
    errorAt(
      placeOf(set, vm.guestId),
      `VirtualMachineClusterPreference "${name}" requires more than VM "${vm.name}" gets: ${unmet}`,
      'name another preference, or give the VM an instance type that has as much (spec.vms[].instanceType)',
    ),
  );
}

function placeOf(set: ManifestSet, guestId: string) {
  return planAt(set, `spec.drover.preferences.${guestId}`);
}
