/** What tests against the running lab share. */
import { randomBytes } from 'node:crypto';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { giveRights } from '../../lab/service-accounts';
import { type LabState, readState } from '../../lab/state';
import { TARGET } from '../../plan/consent';
import { eventually } from './eventually';

/** The lab that Jest's global set-up started, or the one that DROVER_LAB names. */
export function useLab(): LabState {
  const dir = process.env.DROVER_LAB;
  const state = dir === undefined ? null : readState(dir);
  if (state === null) {
    throw new Error(
      'no lab is running: name this test *.lab.test.ts, or set DROVER_LAB to the folder of a lab',
    );
  }
  return state;
}

/** The API server as an administrator, or as whoever the kubeconfig names. */
export function useCluster(kubeconfig = useLab().kubeconfig): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/**
 * A namespace that no other test uses, whose owner lets Drover work there. `restricted` enforces the restricted pod
 * security standard, as targets do.
 */
export async function freshNamespace(
  cluster: KubeConfig,
  options: { restricted?: boolean } = {},
): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  const labels: Record<string, string> = {
    [TARGET]: 'true',
    ...(options.restricted ? { 'pod-security.kubernetes.io/enforce': 'restricted' } : {}),
  };
  const core = cluster.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name, labels } } });
  await giveRights(cluster, 'target', name);
  // Without it no Pod is admitted; a controller makes it a moment later.
  await eventually(() =>
    core.readNamespacedServiceAccount({ name: 'default', namespace: name }).catch(() => null),
  );
  return name;
}

/** Starts removing a namespace and all that is in it; does not wait for the end. */
export async function dropNamespace(cluster: KubeConfig, name: string): Promise<void> {
  await cluster.makeApiClient(CoreV1Api).deleteNamespace({ name });
}
