/**
 * Short steps of a migration, and in which kind of activity they run. Today all are ordinary activities. An older version ran
 * them as local ones, within the workflow's own task, and a still older one ran those that make or remove things at the target as
 * ordinary ones, too; a migration goes on as it began.
 */
import { patched } from '../patches';
import { beside, local, quick, type MadeLocal } from '../activity-proxies';
import type { Migration } from './state';

/**
 * Called before volumes are made. Local activities make the rest, and history may never hear of them if the worker dies: so
 * all of it counts as possibly made from now on.
 */
export function decideLocal({ vm, memory }: Migration): void {
  // Asked once and kept: asked again after a replay, a migration of the older version would pass for one of this version.
  memory.usesLocal ??= patched('brief-steps');
  if (memory.usesLocal)
    memory.made = { ...memory.made, volumes: true, conversion: vm.conversion !== null, machine: true };
}

export function activitiesOf({ memory }: Migration): Pick<typeof local, MadeLocal> {
  return memory.provesBeside !== true && memory.usesLocal === true ? local : quick;
}

/** For looks at the source and the windows, for markers, and for the start of `transferSlots`. */
export function stepsOf({ memory }: Migration): typeof beside {
  return memory.provesBeside === true ? beside : local;
}
