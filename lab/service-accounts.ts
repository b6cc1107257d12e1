/** The worker's own account: the rights that we ship, and a kubeconfig that has them and nothing more. */
import { readFileSync } from 'node:fs';
import { CoreV1Api } from '@kubernetes/client-node';
import type { KubeConfig, KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { applyObjects } from './apply';
import { DROVER_NAMESPACE } from './cluster-objects';
import { writeKubeconfig } from './kubeconfig';
import { packagePath } from './package-path';

const WORKER_ACCOUNT = 'drover-worker';
const TOKEN_LIFETIME_SECONDS = 7 * 24 * 3600;

/** Applies deploy/rbac.yaml and writes the kubeconfig of the ServiceAccount that it defines. */
export async function provideWorkerAccount(cluster: KubeConfig, file: string): Promise<void> {
  await applyObjects(cluster, readObjects(packagePath('deploy', 'rbac.yaml')));
  const { status } = await cluster.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: WORKER_ACCOUNT,
    namespace: DROVER_NAMESPACE,
    body: { spec: { audiences: [], expirationSeconds: TOKEN_LIFETIME_SECONDS } },
  });
  const server = cluster.getCurrentCluster();
  if (status === undefined || server === null) {
    throw new Error(`no token was issued for ServiceAccount ${DROVER_NAMESPACE}/${WORKER_ACCOUNT}`);
  }
  writeKubeconfig(file, {
    url: server.server,
    ca: server.caFile
      ? readFileSync(server.caFile, 'utf8')
      : Buffer.from(server.caData ?? '', 'base64').toString(),
    user: WORKER_ACCOUNT,
    token: status.token,
    namespace: DROVER_NAMESPACE,
  });
}

function readObjects(file: string): KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  return documents
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}
