/** The registry: what a worker offers is what this file names. */
export { checkPlan } from './check-plan/workflow';
export { copyDisk } from './copy-disk/workflow';
export { listInventory } from './list-inventory/workflow';
export { migrateVm } from './migrate-vm/workflow';
export { migrateWave } from './migrate-wave/workflow';
export { readConsole } from './read-console/workflow';
export { readCopyLog } from './read-copy-log/workflow';
