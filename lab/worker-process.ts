/** Drover's worker as a process of its own, under the lab's ServiceAccount, so that it can be killed. */
import { join } from 'node:path';
import { labLayout } from './layout';
import { startProcess, stopProcess, type StartedProcess } from './process';
import type { LabState } from './state';

/** The environment in which `drover` finds this lab: exactly what a user would export. */
export function labEnvironment(lab: LabState): NodeJS.ProcessEnv {
  return { TEMPORAL_ADDRESS: lab.temporal.address, TEMPORAL_NAMESPACE: lab.temporal.namespace };
}

export function startWorkerProcess(lab: LabState): Promise<StartedProcess> {
  return startProcess({
    name: 'worker',
    command: process.execPath,
    args: [join(__dirname, '..', 'client', 'drover.js'), 'worker'],
    logDir: labLayout(lab.dir).logs,
    env: {
      ...labEnvironment(lab),
      KUBECONFIG: lab.workerKubeconfig,
      DROVER_BINDER_IMAGE: 'lab.drover.dev/pause:1',
    },
    lifetime: 'caller',
  });
}

/** SIGKILL: no shutdown, no goodbye. */
export async function killWorkerProcess(worker: StartedProcess): Promise<void> {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
}

export const stopWorkerProcess = stopProcess;
