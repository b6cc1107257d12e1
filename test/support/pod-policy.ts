/** A policy of the cluster's that refuses Pods of one namespace by a label, as administrators have them. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { PODS } from '../../activities/kubernetes/api/kinds';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../activities/kubernetes/objects/restricted';
import { denyRequests, isDenied } from './deny-policy';
import { eventually } from './eventually';

export interface RefusedLabel {
  namespace: string;
  key: string;
  value: string;
  /** What the policy says. */
  message: string;
}

/**
 * In force once this resolves.
 * @returns takes the policy away
 */
export async function refusePods(admin: ApiClient, refused: RefusedLabel): Promise<() => Promise<void>> {
  const { namespace, key, value, message } = refused;
  const remove = await denyRequests(admin, `${namespace}.test.drover.dev`, {
    operation: 'CREATE',
    resource: 'pods',
    objects: { matchLabels: { [key]: value } },
    namespaces: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    message,
  });
  await eventually(() => isRefused(admin, refused));
  return remove;
}

function isRefused(admin: ApiClient, { namespace, key, value, message }: RefusedLabel): Promise<boolean> {
  const metadata = { generateName: 'probe-', namespace, labels: { [key]: value } };
  // Nothing else may refuse it, pod security neither.
  const containers = [{ name: 'probe', image: 'probe', ...RESTRICTED_CONTAINER }];
  const spec = { ...RESTRICTED_POD, containers };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  return isDenied(() => admin.create(PODS, pod, { dryRun: true }), message);
}
