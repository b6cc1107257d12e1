/** Which programs the lab runs, and where they come from: the lab prefers the user's programs to fetched ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildNodePrograms, buildTemporal, intoFolder } from './build';
import { cacheDir } from './cache';
import type { Log } from './log';
import { fetchKubernetes } from './kubernetes-fetch';
import { findIn, type Machine, pathFolders } from './machine';
import { downloadTemporal } from './temporal-download';

export const KUBERNETES_VERSION = '1.34.4';
export const TEMPORAL_CLI_VERSION = '1.5.1';

export interface KubernetesBinaries {
  etcd: string;
  kubeApiserver: string;
  kubeControllerManager: string;
  kubeScheduler: string;
}

/** What a real node runs beside its container runtime. */
export interface NodeBinaries {
  kubelet: string;
  kubeProxy: string;
}

export type KubernetesChoice =
  /** A cluster that the user lends to the lab. */
  | { from: 'given'; kubeconfig: string }
  | { from: 'found'; binaries: KubernetesBinaries }
  /** To be downloaded or built once into `folder`. */
  | { from: 'fetch'; folder: string };

export type TemporalChoice =
  /** A server that the user runs. */
  | { from: 'given'; address: string }
  | { from: 'found'; binary: string }
  /** To be downloaded or built once into `folder`. */
  | { from: 'fetch'; folder: string };

/** DROVER_LAB_KUBECONFIG → KUBEBUILDER_ASSETS → PATH → fetched before → to be fetched. */
export function chooseKubernetes({ env, isExecutable }: Machine): KubernetesChoice {
  if (env.DROVER_LAB_KUBECONFIG) {
    return { from: 'given', kubeconfig: env.DROVER_LAB_KUBECONFIG };
  }
  const folder = join(cacheDir(env), `kubernetes-v${KUBERNETES_VERSION}`);
  for (const folders of [[env.KUBEBUILDER_ASSETS], pathFolders(env), [folder]]) {
    const binaries = kubernetesIn(folders, isExecutable);
    if (binaries !== null) {
      return { from: 'found', binaries };
    }
  }
  return { from: 'fetch', folder };
}

/** TEMPORAL_ADDRESS → PATH → fetched before → to be fetched. */
export function chooseTemporal({ env, isExecutable }: Machine): TemporalChoice {
  if (env.TEMPORAL_ADDRESS) {
    return { from: 'given', address: env.TEMPORAL_ADDRESS };
  }
  const folder = join(cacheDir(env), `temporal-v${TEMPORAL_CLI_VERSION}`);
  const binary = findIn([...pathFolders(env), folder], 'temporal', isExecutable);
  return binary === null ? { from: 'fetch', folder } : { from: 'found', binary };
}

/** @throws Error when a program can neither be downloaded nor built, with the end of the compiler's output. */
export async function provideKubernetes(
  choice: Exclude<KubernetesChoice, { from: 'given' }>,
  log: Log,
): Promise<KubernetesBinaries> {
  if (choice.from === 'found') {
    return choice.binaries;
  }
  await fetchKubernetes(choice.folder, { version: KUBERNETES_VERSION, log });
  return kubernetesPaths((program) => join(choice.folder, program));
}

/**
 * The programs of a real node, built at the first time. Those of the user are no choice: a kubelet must not be newer than its
 * API server, and it changes the machine unless it is kept from that.
 * @throws Error when they can't be built, with the end of the compiler's output
 */
export async function provideNodePrograms(log: Log): Promise<NodeBinaries> {
  const folder = join(cacheDir(), `kubernetes-node-v${KUBERNETES_VERSION}`);
  if (!existsSync(folder)) {
    await intoFolder(folder, (fresh) => buildNodePrograms(fresh, KUBERNETES_VERSION, log));
  }
  return { kubelet: join(folder, 'kubelet'), kubeProxy: join(folder, 'kube-proxy') };
}

/** @throws Error when the program can neither be downloaded nor built. */
export async function provideTemporal(
  choice: Exclude<TemporalChoice, { from: 'given' }>,
  log: Log,
): Promise<string> {
  if (choice.from === 'found') {
    return choice.binary;
  }
  const downloaded = await downloadTemporal(choice.folder, TEMPORAL_CLI_VERSION, { log });
  if (!downloaded) {
    await buildTemporal(choice.folder, TEMPORAL_CLI_VERSION, log);
  }
  return join(choice.folder, 'temporal');
}

/** Null unless the folders have all four programs: a mixture of versions would be like no real cluster. */
function kubernetesIn(
  folders: readonly (string | undefined)[],
  executable: Machine['isExecutable'],
): KubernetesBinaries | null {
  const binaries = kubernetesPaths((program) => findIn(folders, program, executable));
  const complete = Object.values(binaries).every((path) => path !== null);
  return complete ? (binaries as KubernetesBinaries) : null;
}

function kubernetesPaths<T>(locate: (program: string) => T): Record<keyof KubernetesBinaries, T> {
  return {
    etcd: locate('etcd'),
    kubeApiserver: locate('kube-apiserver'),
    kubeControllerManager: locate('kube-controller-manager'),
    kubeScheduler: locate('kube-scheduler'),
  };
}
