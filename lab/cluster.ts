/** The lab's cluster: a control plane of its own, or one that the user lends. */
import { applyObjects, loadCluster } from './apply';
import { namespaces } from './cluster-objects';
import { type RealNodeAccess, startControlPlane } from './control-plane';
import type { KubernetesSource } from './ingredients';
import type { ProcessSpec, StartedProcess } from './process';
import { LabRefusal } from './refusal';
import { applyCluster } from './standins/apply';

export interface LabCluster {
  /** Of an administrator. */
  kubeconfig: string;
  kubeconfigs: { standins: string; node: string };
  /** Empty for a lent cluster, whose audit log is elsewhere. */
  auditLog: string;
  /** Null where no real kubelet can join. */
  realNode: RealNodeAccess | null;
  processes: StartedProcess[];
  stop(): Promise<void>;
}

export interface ClusterStart {
  source: KubernetesSource;
  dir: string;
  /** Where an API server of the lab's own listens; default 127.0.0.1. */
  address?: string;
  /** A real kubelet will join; default false. */
  realNode?: boolean;
  lifetime: ProcessSpec['lifetime'];
}

/** Resolves when the kinds, policies, storage classes and namespaces of the lab are there. */
export async function startCluster({ source, ...start }: ClusterStart): Promise<LabCluster> {
  if ('kubeconfig' in source) {
    return borrow(source.kubeconfig);
  }
  return startControlPlane({ ...start, binaries: source.binaries, beforeControllers: prepare });
}

async function borrow(kubeconfig: string): Promise<LabCluster> {
  try {
    await prepare(kubeconfig);
  } catch (error) {
    throw new LabRefusal(
      `the cluster of DROVER_LAB_KUBECONFIG (${kubeconfig}) can't be used: ${(error as Error).message}; ` +
        'unset DROVER_LAB_KUBECONFIG and the lab starts its own',
      { cause: error },
    );
  }
  const kubeconfigs = { standins: kubeconfig, node: kubeconfig };
  return {
    kubeconfig,
    kubeconfigs,
    auditLog: '',
    realNode: null,
    processes: [],
    stop: () => Promise.resolve(),
  };
}

async function prepare(kubeconfig: string): Promise<void> {
  await applyCluster(kubeconfig);
  await applyObjects(loadCluster(kubeconfig), namespaces());
}
