/** What each activity does, as a timeline says it. */
import type { DroverActivities } from '../../activities/interfaces';

/** Of activities that are not here, older or newer, the name is shown. */
export const STEPS: Readonly<Record<keyof DroverActivities, string>> = {
  checkSource: 'look at the source VM',
  readPower: "read the source's power state",
  shutDownGuest: "ask the source's guest to shut down",
  powerOffSource: "cut the source's power",
  powerOnSource: 'start the source again',
  changeVm: 'check what an operator wants changed',
  checkTarget: 'look at the target cluster',
  judgeLeftOver: 'look at what an unfinished run has left',
  markVolume: 'mark a volume',
  startPlugin: "start the plugin's Job",
  startConversion: 'start the conversion',
  createMachine: 'make the VirtualMachine',
  startMachine: 'start the target',
  ensureTransferSlots: 'start what grants transfer slots',
  readCopyLog: "read a copier's log",
  readConsole: "read the target's console",
  resolvePlan: 'read the plan against source and target',
  outlinePlan: 'read the plan against source and target',
  freezeVms: 'freeze the VMs of a page',
  findEnded: 'look whether the pages are there',
  settlePages: 'wait until the pages have ended',
  readInventory: 'read the inventory',
  lookAtWindows: 'look whether a window is open',
  tidy: 'remove what is no longer needed',
  awaitPoweredOff: 'wait until the source is off',
  bindVolumes: 'make the volumes, wait until they are bound',
  probeConverter: 'look at the conversion image',
  releaseVolumes: 'free the volumes for the copies',
  awaitPlugin: 'copy by plugin',
  awaitImport: 'copy by import',
  stopCopy: 'stop the copy',
  discardVolume: 'discard a volume',
  awaitConversion: 'convert the guest',
  stopConversion: 'stop the conversion',
  discardScratch: 'discard the scratch volume',
  awaitMachineRunning: 'wait until the target runs',
  awaitGuestUp: "wait until the target's guest is up",
  takeOver: 'take over what an unfinished run has left',
  removeLeftOver: 'remove what an unfinished run has left',
  removeMachine: 'remove the VirtualMachine',
  removeEverything: 'remove everything that was made',
};

export function stepName(activity: string): string {
  return Object.hasOwn(STEPS, activity) ? STEPS[activity as keyof typeof STEPS] : activity;
}
