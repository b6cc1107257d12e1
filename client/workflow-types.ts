/** Names under which workflows are started. Migrations start `transferSlots`, and their children `copyDisk`. */
export const WORKFLOW_TYPES = {
  migrateWave: 'migrateWave',
  migrateVm: 'migrateVm',
  copyDisk: 'copyDisk',
  checkPlan: 'checkPlan',
  listInventory: 'listInventory',
  readConsole: 'readConsole',
  readCopyLog: 'readCopyLog',
  startWave: 'startWave',
  transferSlots: 'transferSlots',
} as const;
