/** A policy of the cluster, as administrators have them: nobody can remove what has its label. */
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import { denyRequests } from '../support/deny-policy';

/** ConfigMaps with this label, whatever its value, stay. */
export const KEEP_LABEL = 'e2e.drover.dev/keep';

/** Takes effect within seconds; from then on the label alone decides, at once. */
export async function keepWhatIsMarked(admin: ApiClient): Promise<void> {
  await denyRequests(admin, 'keep.e2e.drover.dev', {
    operation: 'DELETE',
    resource: 'configmaps',
    objects: { matchExpressions: [{ key: KEEP_LABEL, operator: 'Exists' }] },
    message: 'it is to be kept',
  });
}
