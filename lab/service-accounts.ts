/** The worker's own account: the rights that we ship, and a kubeconfig that has them and nothing more. */
import { readFileSync } from 'node:fs';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { applyObjects } from './apply';
import { DROVER_NAMESPACE, PLAN_NAMESPACE, TARGET_NAMESPACE } from './cluster-objects';
import { writeKubeconfig } from './kubeconfig';
import { type DeployFolder, renderDeploy, renderIn } from './kustomize';

const WORKER_ACCOUNT = 'drover-worker';
const TOKEN_LIFETIME_SECONDS = 7 * 24 * 3600;

/**
 * Applies deploy/account, and what the owners of the lab's namespaces would apply there; writes the kubeconfig of the
 * ServiceAccount.
 */
export async function provideWorkerAccount(cluster: KubeConfig, file: string): Promise<void> {
  await applyObjects(cluster, await renderDeploy('account'));
  await applyObjects(cluster, await renderDeploy('cdi'));
  await giveRights(cluster, 'target', TARGET_NAMESPACE);
  await giveRights(cluster, 'plans', PLAN_NAMESPACE);
  await writeWorkerKubeconfig(cluster, file, DROVER_NAMESPACE);
}

/** Of a worker's account, in whichever namespace it is. */
export async function writeWorkerKubeconfig(
  cluster: KubeConfig,
  file: string,
  namespace: string,
): Promise<void> {
  const { status } = await cluster.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: WORKER_ACCOUNT,
    namespace,
    body: { spec: { audiences: [], expirationSeconds: TOKEN_LIFETIME_SECONDS } },
  });
  const server = cluster.getCurrentCluster();
  if (status === undefined || server === null) {
    throw new Error(`no token was issued for ServiceAccount ${namespace}/${WORKER_ACCOUNT}`);
  }
  writeKubeconfig(file, {
    url: server.server,
    ca: server.caFile
      ? readFileSync(server.caFile, 'utf8')
      : Buffer.from(server.caData ?? '', 'base64').toString(),
    user: WORKER_ACCOUNT,
    token: status.token,
    namespace,
  });
}

/** What the owner of a namespace does to let Drover in. */
export async function giveRights(
  cluster: KubeConfig,
  folder: DeployFolder,
  namespace: string,
): Promise<void> {
  await applyObjects(cluster, await renderIn(namespace, folder));
}
