/**
 * Short activities that make or remove things at the target. They are local: they run within the workflow's own task. An
 * older version ran them as ordinary activities; a migration whose volumes that version made keeps them so.
 */
import { patched } from '../patches';
import { local, quick, type MadeLocal } from '../activity-proxies';
import type { Migration } from './state';

/**
 * Called before volumes are made. Local activities make the rest, and history may never hear of them if the worker dies: so
 * all of it counts as possibly made from now on.
 */
export function decideLocal({ vm, memory }: Migration): void {
  // Asked once and kept: asked again after a replay, a migration of the older version would pass for one of this version.
  memory.usesLocal ??= patched('brief-steps');
  if (memory.usesLocal) memory.made = { volumes: true, conversion: vm.conversion !== null, machine: true };
}

export function activitiesOf({ memory }: Migration): Pick<typeof local, MadeLocal> {
  return memory.usesLocal === true ? local : quick;
}
