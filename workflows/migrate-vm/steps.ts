/**
 * The short steps that make or remove things at the target. They run within the workflow's own task; in a migration
 * that had its volumes before they came to do so, they stay the activities of their own that they were.
 */
import { patched } from '@temporalio/workflow';
import { brief, quick, type MigrationStep } from '../activity-proxies';
import type { Migration } from './state';

/**
 * Called before volumes are made. Brief steps make the rest, and the task in which they are about to may be lost: so
 * all of it counts as possible from now on.
 */
export function prepareSteps({ vm, facts }: Migration): void {
  // Asked once and kept: asked again after a replay, a migration of before would be told that it is of today.
  facts.briefSteps ??= patched('brief-steps');
  if (facts.briefSteps) facts.made = { volumes: true, conversion: vm.conversion !== null, machine: true };
}

export function stepsOf({ facts }: Migration): Pick<typeof brief, MigrationStep> {
  return facts.briefSteps === true ? brief : quick;
}
