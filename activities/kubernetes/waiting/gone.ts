import type { ApiObject, Kind } from '../api/kinds';
import { type Scope, within } from './scope';
import { DeadlineError, waitFor } from './wait';

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

/**
 * Waits for all of several objects together until none is there: an object that a finalizer holds must not hold up the others.
 *
 * @param where selects the objects, and may select others
 * @returns names of those that are still there after so many seconds, by a live read
 */
export async function remainingOf<T extends ApiObject>(
  scope: Scope,
  kind: Kind<T>,
  { names, ...where }: { names: ReadonlySet<string>; namespace: string; labelSelector: string },
  options: { seconds: number },
): Promise<string[]> {
  const { informers, cluster } = scope;
  const isMeant = ({ metadata }: ApiObject) => names.has(metadata?.name ?? '');
  const live = async () => (await cluster.api.list(kind, where)).items.filter(isMeant);
  try {
    await informers.using(cluster, { kind, namespace: where.namespace }, (informer) =>
      waitFor(
        informer,
        isMeant,
        async (heard) => (heard.length === 0 && (await live()).length === 0 ? true : undefined),
        within(scope, options.seconds),
      ),
    );
    return [];
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return (await live()).map(({ metadata }) => metadata?.name ?? '');
  }
}
