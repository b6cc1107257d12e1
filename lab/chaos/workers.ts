/** Drover's workers under a storm: two of them, each with a clock and with ways to Temporal and to the API server of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '../process';
import type { LabState } from '../state';
import { workerSpec } from '../worker-process';
import { Clock } from './clock';
import { Link } from './link';
import { Part } from './part';

export interface StormWorker {
  part: Part;
  temporal: Link;
  kubernetes: Link;
  clock: Clock;
}

const LOOK_MS = 1_000;

/**
 * Starts processes again that gave up by themselves, as a Deployment or a kubelet would: an API server ends that finds no etcd. Call
 * what it returns to end that.
 */
export function supervise(parts: readonly Part[], say: (line: string) => void): () => Promise<void> {
  const look = async () => {
    for (const part of parts.filter(({ gaveUp }) => gaveUp)) {
      say(`${part.name} gave up, and is started again`);
      await part.start();
    }
  };
  // One look ends before the next begins, or a worker could be started twice.
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    return looking;
  };
}

export async function startWorker(lab: LabState, number: number): Promise<StormWorker> {
  const name = `worker-${number}`;
  const config = readFileSync(lab.workerKubeconfig, 'utf8');
  const server = /server: https:\/\/(\S+)/.exec(config)?.[1];
  if (server === undefined) throw new Error(`${lab.workerKubeconfig} names no server`);
  const [temporal, kubernetes] = await Promise.all([
    Link.open(`${name} - Temporal`, lab.temporal.address),
    Link.open(`${name} - API server`, server),
  ]);
  const kubeconfig = join(lab.dir, `${name}.kubeconfig`);
  writeFileSync(kubeconfig, config.replace(server, kubernetes.address), { mode: 0o600 });
  const spec = workerSpec(lab);
  const clock = new Clock(join(lab.dir, `${name}.clock`));
  const env = { ...spec.env, TEMPORAL_ADDRESS: temporal.address, KUBECONFIG: kubeconfig, ...clock.env };
  const process = await startProcess({ ...spec, name, env });
  return { part: new Part(process, spec.logDir), temporal, kubernetes, clock };
}
