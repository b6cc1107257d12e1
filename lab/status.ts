import { startedProcesses } from './down';
import { labLayout } from './layout';
import { isRunning } from './process';
import { type LabState, readState } from './state';

export interface LabStatus {
  dir: string;
  /** `partly`: some of its processes have ended, or it is just starting. */
  state: 'running' | 'partly' | 'stopped';
  processes: { name: string; pid: number; running: boolean }[];
  /** Where its parts are; absent unless it came up completely. No secret is among it. */
  access?: Pick<LabState, 'kubeconfig' | 'workerKubeconfig' | 'registry' | 'manifestsDir'> & {
    temporal: string;
    temporalNamespace: string;
    vcenter: string;
  };
}

/** What is known of the lab in this folder; a folder without a lab is a stopped one. */
export function labStatus(dir: string): LabStatus {
  const processes = startedProcesses(labLayout(dir)).map((process) => ({
    name: process.name,
    pid: process.pid,
    running: isRunning(process),
  }));
  const running = processes.filter((process) => process.running).length;
  const lab = readState(dir);
  const complete = lab !== null && running === processes.length;
  return {
    dir,
    state: running === 0 ? 'stopped' : complete ? 'running' : 'partly',
    processes,
    ...(lab !== null && { access: accessOf(lab) }),
  };
}

function accessOf(lab: LabState): LabStatus['access'] {
  const { kubeconfig, workerKubeconfig, registry, manifestsDir, temporal, vcenter } = lab;
  return {
    kubeconfig,
    workerKubeconfig,
    registry,
    manifestsDir,
    temporal: temporal.address,
    temporalNamespace: temporal.namespace,
    vcenter: vcenter.url,
  };
}
