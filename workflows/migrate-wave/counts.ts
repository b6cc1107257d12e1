/** How many VMs of a wave stand how. Pure; lists of any length. */
import type { WaveCount, WaveVm } from '../temporal-api';

/** By group, in the order of the plan; those of no group last. Groups without a VM count none. */
export function countByGroup(vms: readonly WaveVm[], groups: readonly { name: string }[]): WaveCount[] {
  const none = newCount(null);
  const counts = new Map(groups.map(({ name }) => [name, newCount(name)]));
  for (const vm of vms) {
    const count = (vm.group === undefined ? undefined : counts.get(vm.group)) ?? none;
    count.total += 1;
    if (vm.phase !== 'ended') count.phases[vm.phase] = (count.phases[vm.phase] ?? 0) + 1;
    else if (vm.outcome !== null) count.outcomes[vm.outcome] = (count.outcomes[vm.outcome] ?? 0) + 1;
  }
  return none.total > 0 ? [...counts.values(), none] : [...counts.values()];
}

function newCount(group: string | null): WaveCount {
  return { group, total: 0, phases: {}, outcomes: {} };
}
