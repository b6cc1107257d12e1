/** Rules for Pods of a namespace, in force once this resolves. */
import { CoreV1Api, type KubeConfig, type V1LimitRangeItem } from '@kubernetes/client-node';
import { eventually } from './eventually';

/** The quota controller has counted. */
export async function makeQuota(
  cluster: KubeConfig,
  namespace: string,
  hard: Record<string, string>,
  scopes?: string[],
): Promise<void> {
  const core = cluster.makeApiClient(CoreV1Api);
  const metadata = { name: 'small', namespace };
  await core.createNamespacedResourceQuota({ namespace, body: { metadata, spec: { hard, scopes } } });
  await eventually(async () => {
    const { status } = await core.readNamespacedResourceQuota({ name: metadata.name, namespace });
    return Object.keys(hard).every((resource) => status?.used?.[resource] !== undefined) ? status : null;
  });
}

export async function makeLimitRange(
  cluster: KubeConfig,
  namespace: string,
  limits: V1LimitRangeItem[],
): Promise<void> {
  const core = cluster.makeApiClient(CoreV1Api);
  const body = { metadata: { name: 'bounds', namespace }, spec: { limits } };
  await core.createNamespacedLimitRange({ namespace, body });
}
