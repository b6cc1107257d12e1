/** Everything that must be on the machine before a lab can start: packages, programs, or what the user lends. */
import {
  chooseKubernetes,
  chooseTemporal,
  type KubernetesBinaries,
  provideKubernetes,
  provideTemporal,
} from './binaries';
import type { Log } from './log';
import { thisMachine } from './machine';
import { buildProgram } from './own-program';
import { ensurePrerequisites } from './prerequisites';

/** The programs of a cluster, or the cluster that the user lends. */
export type KubernetesSource = { binaries: KubernetesBinaries } | { kubeconfig: string };
/** The program of a Temporal server, or the server that the user lends. */
export type TemporalSource = { binary: string } | { address: string };

export interface Ingredients {
  kubernetes: KubernetesSource;
  temporal: TemporalSource;
  /** The simulated vCenter's program. */
  vcsim: string;
}

/**
 * Installs and builds what is missing; minutes at the first time, nothing later.
 * @throws LabRefusal when the machine lacks something that can't be installed from here.
 */
export async function gatherIngredients(log: Log): Promise<Ingredients> {
  await ensurePrerequisites(log);
  const kubernetes = await kubernetesSource(log);
  const temporal = await temporalSource(log);
  const vcsim = await buildProgram('vcsim', log);
  // Who runs these finds them where they are kept.
  for (const program of ['importer', 'spawner', 'registry', 'oci', 'kustomize'] as const) {
    await buildProgram(program, log);
  }
  return { kubernetes, temporal, vcsim };
}

async function kubernetesSource(log: Log): Promise<KubernetesSource> {
  const choice = chooseKubernetes(thisMachine());
  return choice.from === 'given'
    ? { kubeconfig: choice.kubeconfig }
    : { binaries: await provideKubernetes(choice, log) };
}

async function temporalSource(log: Log): Promise<TemporalSource> {
  const choice = chooseTemporal(thisMachine());
  return choice.from === 'given'
    ? { address: choice.address }
    : { binary: await provideTemporal(choice, log) };
}
