import { labLayout, type LabLayout, logFolders } from './layout';
import { isRunning, type LabProcess, startedIn, stopProcess } from './process';

/** Every process that a lab has started, running or not, in the order in which they were started. */
export function startedProcesses(layout: LabLayout): LabProcess[] {
  return logFolders(layout)
    .flatMap(startedIn)
    .sort((a, b) => Number(a.startTime) - Number(b.startTime));
}

/** Those of them that are there now. */
export function runningProcesses(layout: LabLayout): LabProcess[] {
  return startedProcesses(layout).filter(isRunning);
}

/**
 * Stops a lab, last part first; its files stay. Returns what was stopped: nothing, if no lab runs there.
 * A process that merely has the number of one of ours is left alone.
 */
export async function stopLab(dir: string): Promise<LabProcess[]> {
  const processes = runningProcesses(labLayout(dir));
  for (const process of [...processes].reverse()) {
    await stopProcess(process);
  }
  return processes;
}
