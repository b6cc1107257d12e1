/** A VM of the plan with everything that the source says of it. */
import type { SourceInventory, SourceVm } from '../inventory';
import { errorAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import type { ChosenVm } from './choose-vms';
import { entryAt } from './places';

export interface PlannedVm {
  chosen: ChosenVm;
  vm: SourceVm;
}

export function joinDetails(
  set: ManifestSet,
  chosen: readonly ChosenVm[],
  inventory: SourceInventory,
): { vms: PlannedVm[]; problems: Problem[] } {
  const vms: PlannedVm[] = [];
  const problems: Problem[] = [];
  for (const one of chosen) {
    const vm = Object.hasOwn(inventory.vms, one.moref) ? inventory.vms[one.moref] : undefined;
    if (vm !== undefined) {
      vms.push({ chosen: one, vm });
      continue;
    }
    const found = `VM "${one.name}" (${one.moref}) could not be read from vCenter`;
    problems.push(
      errorAt(entryAt(set, one.index), found, 'check that it still exists, and that the account may read it'),
    );
  }
  return { vms, problems };
}
