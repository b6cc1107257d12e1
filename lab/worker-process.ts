/** Drover's worker as a process of its own, under the lab's ServiceAccount, so that it can be killed. */
import { setTimeout as delay } from 'node:timers/promises';
import { DroverError, type DroverClient } from '../client';
import { labImage } from './lab-images';
import { labLayout } from './layout';
import { packagePath } from './package-path';
import { startProcess, type ProcessSpec, type StartedProcess } from './process';
import type { LabState } from './state';

/** The environment in which `drover` finds this lab: exactly what a user would export. */
export function labEnvironment(lab: LabState): NodeJS.ProcessEnv {
  return { TEMPORAL_ADDRESS: lab.temporal.address, TEMPORAL_NAMESPACE: lab.temporal.namespace };
}

/** How the worker is started, for who wants it otherwise. */
export function workerSpec(lab: LabState): ProcessSpec {
  return {
    name: 'worker',
    command: process.execPath,
    args: [packagePath('dist', 'client', 'drover.js'), 'worker'],
    logDir: labLayout(lab.dir).logs,
    env: {
      ...labEnvironment(lab),
      KUBECONFIG: lab.workerKubeconfig,
      DROVER_BINDER_IMAGE: labImage(lab.registry, 'pause'),
      DROVER_PLAIN_HTTP_REGISTRIES: lab.registry,
    },
    lifetime: 'caller',
  };
}

export function startWorkerProcess(lab: LabState): Promise<StartedProcess> {
  return startProcess(workerSpec(lab));
}

/** Of a machine that is slow and busy. */
const POLLS_WITHIN_MS = 120_000;

/** A worker that was just started is known to the server within seconds; the server offers no event for it. */
export async function workerPolls(drover: DroverClient): Promise<void> {
  const deadline = Date.now() + POLLS_WITHIN_MS;
  for (;;) {
    try {
      return await drover.requireReady();
    } catch (error) {
      if (!(error instanceof DroverError) || error.code !== 'NoWorker' || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

/** SIGKILL: no shutdown, no goodbye. */
export async function killWorkerProcess(worker: StartedProcess): Promise<void> {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
}
