/** Names under which workflows are started. Migrations start `transferSlots`, and their children `copyDisk`; waves start `wavePage`. */
export const WORKFLOW_TYPES = {
  migrateWave: 'migrateWave',
  wavePage: 'wavePage',
  migrateVm: 'migrateVm',
  rollBackVm: 'rollBackVm',
  finalizeVm: 'finalizeVm',
  copyDisk: 'copyDisk',
  checkPlan: 'checkPlan',
  listInventory: 'listInventory',
  readConsole: 'readConsole',
  readCopyLog: 'readCopyLog',
  startWave: 'startWave',
  transferSlots: 'transferSlots',
} as const;
