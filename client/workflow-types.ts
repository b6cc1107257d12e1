/** Names under which workflows are started. Children (`copyDisk`) are started by workflows only. */
export const WORKFLOW_TYPES = {
  migrateWave: 'migrateWave',
  migrateVm: 'migrateVm',
  copyDisk: 'copyDisk',
  checkPlan: 'checkPlan',
  listInventory: 'listInventory',
  readConsole: 'readConsole',
  readCopyLog: 'readCopyLog',
} as const;
