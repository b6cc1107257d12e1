/**
 * What becomes of a workflow when its workers have versions (docs/decisions/0033) and another version becomes the current one.
 */
import type { VersioningBehavior } from '@temporalio/common';
import type { WorkflowType } from './inputs';

/**
 * `PINNED`: it ends on the version on which it began, for a migration is over in hours. `AUTO_UPGRADE`: it goes on on the
 * current version. What lives as long as a wave or for ever must, else its version could not be retired; what is over at once
 * may.
 */
export const VERSIONING: Readonly<Record<WorkflowType, VersioningBehavior>> = {
  migrateVm: 'PINNED',
  copyDisk: 'PINNED',
  rollBackVm: 'PINNED',
  finalizeVm: 'AUTO_UPGRADE',
  migrateWave: 'AUTO_UPGRADE',
  // Pinned, it would start every VM of a long wave on the version on which the wave began.
  wavePage: 'AUTO_UPGRADE',
  transferSlots: 'AUTO_UPGRADE',
  checkPlan: 'AUTO_UPGRADE',
  listInventory: 'AUTO_UPGRADE',
  readConsole: 'AUTO_UPGRADE',
  readCopyLog: 'AUTO_UPGRADE',
  startWave: 'AUTO_UPGRADE',
};
