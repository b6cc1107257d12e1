/** The rights that Drover uses on a target cluster; deploy/rbac.yaml gives exactly these, a test compares. */
import type { ApiClient } from './api-client';
import type { Cluster } from './clusters';
import { RULES_REVIEWS, type RulesReview } from './kinds';
import { Recent } from './recent';

/** `<resource>.<group>` (or `<resource>` in the core group) → verbs. */
export type Rights = Readonly<Record<string, readonly string[]>>;

/** In every target namespace. */
export const TARGET_RIGHTS: Rights = {
  pods: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  'pods/log': ['get'],
  persistentvolumeclaims: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  secrets: ['get', 'create', 'patch', 'deletecollection'],
  configmaps: ['get', 'list', 'watch', 'create', 'patch', 'delete', 'deletecollection'],
  events: ['list'],
  serviceaccounts: ['get'],
  'jobs.batch': ['get', 'list', 'watch', 'create', 'deletecollection'],
  'datavolumes.cdi.kubevirt.io': ['get', 'list', 'watch', 'create', 'delete', 'deletecollection'],
  'virtualmachines.kubevirt.io': ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  'virtualmachineinstances.kubevirt.io': ['list', 'watch'],
};

/** Of the cluster itself. */
export const CLUSTER_RIGHTS: Rights = {
  namespaces: ['get'],
  nodes: ['list'],
  persistentvolumes: ['get'],
  'storageclasses.storage.k8s.io': ['list'],
  'storageprofiles.cdi.kubevirt.io': ['list'],
  'cdiconfigs.cdi.kubevirt.io': ['get'],
  'network-attachment-definitions.k8s.cni.cncf.io': ['list'],
  'customresourcedefinitions.apiextensions.k8s.io': ['get'],
};

/** Rights that were just granted count after this long at the latest. */
const FRESH_MS = 30_000;

/** Asks once for many VMs of a plan. */
export class RightsReviews {
  private readonly recent = new Recent<string[]>(FRESH_MS);

  /** What the login lacks in the namespace, as `create jobs.batch`. */
  missing({ api, key }: Cluster, namespace: string): Promise<string[]> {
    return this.recent.get(`${key} ${namespace}`, () => missingRights(api, namespace));
  }
}

async function missingRights(api: ApiClient, namespace: string): Promise<string[]> {
  const review = await api.create(RULES_REVIEWS, {
    apiVersion: RULES_REVIEWS.apiVersion,
    kind: RULES_REVIEWS.kind,
    spec: { namespace },
  });
  const rules = review.status?.resourceRules ?? [];
  const wanted = Object.entries({ ...TARGET_RIGHTS, ...CLUSTER_RIGHTS });
  return wanted.flatMap(([resource, verbs]) =>
    verbs
      .filter((verb) => !rules.some((rule) => allows(rule, verb, resource)))
      .map((verb) => `${verb} ${resource}`),
  );
}

type Rule = NonNullable<RulesReview['status']>['resourceRules'][number];

function allows(rule: Rule, verb: string, resource: string): boolean {
  const [name = '', ...group] = resource.split('.');
  return (
    // A rule for named objects only is not the right that is meant here, except for what has but one name.
    includes(rule.verbs, verb) && includes(rule.apiGroups, group.join('.')) && includes(rule.resources, name)
  );
}

function includes(list: string[] | undefined, wanted: string): boolean {
  return list?.some((entry) => entry === '*' || entry === wanted) ?? false;
}
