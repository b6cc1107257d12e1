/** What an account may do, asked by somebody else. */
import { inParallel } from '../../activities/in-parallel';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import type { ApiClient } from '../../activities/kubernetes/api/api-client';
import {
  CLUSTER_RIGHTS,
  ONE_OBJECT,
  type Rights,
  RightsReviews,
  TARGET_RIGHTS,
} from '../../activities/kubernetes/target/rights';
import type { MissingRights } from '../../plan/inventory';
import { SUBJECT_REVIEWS } from '../kinds';

/** Of a ServiceAccount. */
export interface Account {
  namespace: string;
  name: string;
}

/** Reviews at once: there are some sixty. */
const AT_ONCE = 8;

/** What this login lacks of the rights that a worker needs for a target namespace. */
export function ownRights(cluster: Cluster, namespace: string): Promise<MissingRights[]> {
  return new RightsReviews().missing(cluster, namespace);
}

/** The same of an account. */
export async function rightsOf(
  api: ApiClient,
  account: Account,
  namespace: string,
): Promise<MissingRights[]> {
  const places = [
    { folder: 'target', namespace, wanted: TARGET_RIGHTS },
    { folder: 'account', namespace: null, wanted: CLUSTER_RIGHTS },
  ] as const;
  const missing = await Promise.all(places.map((place) => missingAt(api, account, place)));
  return missing.flat();
}

async function missingAt(
  api: ApiClient,
  account: Account,
  { wanted, ...place }: Pick<MissingRights, 'folder' | 'namespace'> & { wanted: Rights },
): Promise<MissingRights[]> {
  const all = Object.entries(wanted).flatMap(([resource, verbs]) =>
    verbs.map((verb) => ({ resource, verb })),
  );
  const may = await inParallel(all, AT_ONCE, (right) =>
    isAllowed(api, account, {
      ...attributesOf(right.resource),
      verb: right.verb,
      ...(place.namespace !== null && { namespace: place.namespace }),
    }),
  );
  const rights = all
    .filter((_, index) => may[index] === false)
    .map(({ resource, verb }) => `${verb} ${resource}`);
  return rights.length === 0 ? [] : [{ ...place, rights, all: rights.length === all.length }];
}

/** Of `pods/log`, or of `jobs.batch`. */
function attributesOf(resource: string): Record<string, string> {
  const [path = '', ...group] = resource.split('.');
  const [plural = '', subresource] = path.split('/');
  const name = ONE_OBJECT[resource];
  return {
    resource: plural,
    group: group.join('.'),
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  };
}

/** @param resourceAttributes as in the API's `ResourceAttributes` */
export async function isAllowed(
  api: ApiClient,
  { namespace, name }: Account,
  resourceAttributes: Record<string, string>,
): Promise<boolean> {
  const { apiVersion, kind } = SUBJECT_REVIEWS;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  const spec = { user: userOf({ namespace, name }), groups, resourceAttributes };
  const { status } = await api.review(
    SUBJECT_REVIEWS,
    { apiVersion, kind, spec },
    (answer) => answer.status?.allowed !== true,
  );
  return status?.allowed === true;
}

/** By which name the cluster knows it. */
export function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
