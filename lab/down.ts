import { labLayout, logFolders } from './layout';
import type { LabLayout } from './layout';
import { isRunning, startedIn, stopProcess } from './process';
import type { LabProcess } from './process';

/** The processes of a lab that are there now, in the order in which they were started. */
export function runningProcesses(layout: LabLayout): LabProcess[] {
  return logFolders(layout)
    .flatMap(startedIn)
    .filter(isRunning)
    .sort((a, b) => Number(a.startTime) - Number(b.startTime));
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
