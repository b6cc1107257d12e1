/** The rights that Drover uses on a cluster; the folders of deploy/ give exactly these, a test compares. */
import type { MissingRights } from '../../../plan/inventory';
import type { ApiClient } from '../api/api-client';
import type { Cluster } from '../access/clusters';
import { ACCESS_REVIEWS, type AccessReview, RULES_REVIEWS, type RulesReview } from '../api/kinds';
import { Recent } from '../api/recent';

/** `<resource>.<group>` (or `<resource>` in the core group) → verbs. */
export type Rights = Readonly<Record<string, readonly string[]>>;

const NETWORKS = 'network-attachment-definitions.k8s.cni.cncf.io';

/** In every target namespace: deploy/target. */
export const TARGET_RIGHTS: Rights = {
  pods: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  'pods/log': ['get'],
  persistentvolumeclaims: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  secrets: ['get', 'create', 'patch', 'deletecollection'],
  configmaps: ['get', 'list', 'watch', 'create', 'patch', 'delete', 'deletecollection'],
  events: ['list'],
  serviceaccounts: ['get'],
  resourcequotas: ['list'],
  'jobs.batch': ['get', 'list', 'watch', 'create', 'deletecollection'],
  'datavolumes.cdi.kubevirt.io': ['get', 'list', 'watch', 'create', 'delete', 'deletecollection'],
  'virtualmachines.kubevirt.io': ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  'virtualmachineinstances.kubevirt.io': ['list', 'watch'],
  'virtualmachineinstancetypes.instancetype.kubevirt.io': ['list'],
  [NETWORKS]: ['list'],
};

/** In every other namespace whose networks a NetworkMap names: deploy/networks. */
export const NETWORK_RIGHTS: Rights = { [NETWORKS]: ['list'] };

/** For objects without a namespace: deploy/account. */
export const CLUSTER_RIGHTS: Rights = {
  namespaces: ['get'],
  nodes: ['list'],
  persistentvolumes: ['get'],
  'storageclasses.storage.k8s.io': ['list'],
  'csistoragecapacities.storage.k8s.io': ['list'],
  'storageprofiles.cdi.kubevirt.io': ['list'],
  'cdiconfigs.cdi.kubevirt.io': ['get'],
  'virtualmachineclusterinstancetypes.instancetype.kubevirt.io': ['list'],
  'virtualmachineclusterpreferences.instancetype.kubevirt.io': ['list'],
  'customresourcedefinitions.apiextensions.k8s.io': ['get'],
};

/** Resources for which deploy/account gives a right to one object alone, and the name of that object. */
export const ONE_OBJECT: Readonly<Record<string, string>> = {
  'customresourcedefinitions.apiextensions.k8s.io': 'datavolumes.cdi.kubevirt.io',
};

/** New rights count after this long at the latest. */
const FRESH_MS = 30_000;

/** An object that must be readable. */
interface ObjectName {
  namespace: string;
  name: string;
}

/** The rights that the login lacks, for each place. One request serves many VMs of a plan. */
export class RightsReviews {
  private readonly recent = new Recent<MissingRights[]>(FRESH_MS);

  /** Rights in a target namespace, and for objects without a namespace. */
  missing({ api, key }: Cluster, namespace: string): Promise<MissingRights[]> {
    return this.recent.get(`${key} target ${namespace}`, () => missingInTarget(api, namespace));
  }

  /** In a namespace whose networks a NetworkMap names. */
  ofNetworks({ api, key }: Cluster, namespace: string): Promise<MissingRights[]> {
    const place = { folder: 'networks', namespace } as const;
    return this.recent.get(`${key} networks ${namespace}`, () => missingOne(api, place, `list ${NETWORKS}`));
  }

  /** The right to read a Provider's Secret. */
  ofSecret({ api, key }: Cluster, { namespace, name }: ObjectName): Promise<MissingRights[]> {
    const place = { folder: 'plans', namespace } as const;
    const ask = () => missingOne(api, place, `get secrets/${name}`);
    return this.recent.get(`${key} plans ${namespace}/${name}`, ask);
  }

  /** The right to read the ConfigMap that names CDI's VDDK image. */
  ofCdi({ api, key }: Cluster, { namespace, name }: ObjectName): Promise<MissingRights[]> {
    const place = { folder: 'cdi', namespace } as const;
    return this.recent.get(`${key} cdi ${namespace}`, () => missingOne(api, place, `get configmaps/${name}`));
  }
}

type Place = Pick<MissingRights, 'folder' | 'namespace'>;

/**
 * Each of them in one request: there are some fifty. A RoleBinding to a rule of what has no namespace gives nothing,
 * and looks here as if it did: the first request that needs the right is refused then, and the refusal names it.
 */
async function missingInTarget(api: ApiClient, namespace: string): Promise<MissingRights[]> {
  const missingOf = ({ status }: RulesReview): MissingRights[] => {
    const rules = status?.resourceRules ?? [];
    return [
      ...missingAt({ folder: 'target', namespace }, TARGET_RIGHTS, rules),
      ...missingAt({ folder: 'account', namespace: null }, CLUSTER_RIGHTS, rules),
    ];
  };
  const { apiVersion, kind } = RULES_REVIEWS;
  const question = { apiVersion, kind, spec: { namespace } };
  return missingOf(await api.review(RULES_REVIEWS, question, (review) => missingOf(review).length > 0));
}

/** @param right `list RESOURCE`, or `get RESOURCE/NAME` */
async function missingOne(api: ApiClient, place: Place, right: string): Promise<MissingRights[]> {
  const [verb = '', what = ''] = right.split(' ');
  const [resource = '', name] = what.split('/');
  const namespace = place.namespace ?? undefined;
  if (await isAllowed(api, { verb, resource, name, namespace })) return [];
  return [{ ...place, rights: [right], all: true }];
}

function missingAt(place: Place, wanted: Rights, rules: readonly Rule[]): MissingRights[] {
  const all = Object.entries(wanted).flatMap(([resource, verbs]) =>
    verbs.map((verb) => ({ verb, resource })),
  );
  const lacking = all.filter((right) => !rules.some((rule) => allows(rule, right)));
  if (lacking.length === 0) return [];
  const rights = lacking.map(({ verb, resource }) => `${verb} ${resource}`);
  return [{ ...place, rights, all: lacking.length === all.length }];
}

interface Asked {
  verb: string;
  resource: string;
  name?: string | undefined;
  /** Absent for objects without a namespace. */
  namespace?: string | undefined;
}

async function isAllowed(api: ApiClient, { verb, resource, name, namespace }: Asked): Promise<boolean> {
  const [plural = '', ...group] = resource.split('.');
  const { apiVersion, kind } = ACCESS_REVIEWS;
  const resourceAttributes = {
    verb,
    group: group.join('.'),
    resource: plural,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
  const isYes = ({ status }: AccessReview) => status?.allowed ?? false;
  const question = { apiVersion, kind, spec: { resourceAttributes } };
  return isYes(await api.review(ACCESS_REVIEWS, question, (review) => !isYes(review)));
}

type Rule = NonNullable<RulesReview['status']>['resourceRules'][number];

/** A rule for named objects does not count, except where Drover asks for exactly that object (`ONE_OBJECT`). */
function allows(rule: Rule, { verb, resource }: { verb: string; resource: string }): boolean {
  const [plural = '', ...group] = resource.split('.');
  const names = rule.resourceNames ?? [];
  return (
    (names.length === 0 || names.includes(ONE_OBJECT[resource] ?? '')) &&
    includes(rule.verbs, verb) &&
    includes(rule.apiGroups, group.join('.')) &&
    includes(rule.resources, plural)
  );
}

function includes(list: string[] | undefined, wanted: string): boolean {
  return list?.some((entry) => entry === '*' || entry === wanted) ?? false;
}
