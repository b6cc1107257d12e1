import type { ApiObject, Kind } from '../api/kinds';
import { type Scope, within } from './scope';
import { waitFor } from './wait';

/**
 * Waits until an object is gone: no longer heard of, and then proven by a live read.
 * @throws DeadlineError
 */
export async function untilGone<T extends ApiObject>(
  scope: Scope,
  kind: Kind<T>,
  ref: { name: string; namespace: string },
  options: { seconds: number },
): Promise<void> {
  await scope.informers.using(scope.cluster, { kind, namespace: ref.namespace }, (informer) =>
    waitFor(
      informer,
      (object) => object.metadata?.name === ref.name,
      async (heard) => {
        if (heard.length > 0) return undefined;
        return (await scope.cluster.api.find(kind, ref)) === null ? true : undefined;
      },
      within(scope, options.seconds),
    ),
  );
}
