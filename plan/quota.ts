/**
 * Whether a namespace's quotas have room for what a migration adds there. Resources are named and counted as Kubernetes
 * does it (1.34, pkg/quota/v1/evaluator/core/pods.go, persistent_volume_claims.go; `count/…`: generic/evaluator.go).
 */

/** By resource, in cores, bytes or pieces. */
export type Amounts = Readonly<Record<string, number>>;

/** What a quota counts of a Pod that has not ended. */
export interface PodDemand {
  /** Of all its containers. */
  requests: Amounts;
  limits: Amounts;
  priorityClass: string | null;
  /** It has an `activeDeadlineSeconds`. Absent: it has none. */
  isTerminating?: boolean;
}

export interface ClaimDemand {
  storageClass: string;
  bytes: number;
  /** It goes at the end of its migration. Absent: it stays. */
  passes?: true;
}

export interface Demand {
  /** Pods that are there at the same time, for each step that makes some. */
  steps: readonly (readonly PodDemand[])[];
  /** Pods that go on when the migration has ended. */
  runs: readonly PodDemand[];
  claims: readonly ClaimDemand[];
  /** How many there are at the same time: `jobs.batch`, `secrets`; of `pods` also those that have ended and are kept. */
  objects: Readonly<Record<string, number>>;
}

export interface QuotaScope {
  name: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values: readonly string[];
}

export interface Quota {
  name: string;
  /** A Pod is counted where it meets all. */
  scopes: readonly QuotaScope[];
  hard: Amounts;
  used: Amounts;
}

export interface Shortage {
  quota: string;
  resource: string;
  hard: number;
  used: number;
  needed: number;
}

/** Sums of thousandths are not exact. */
const ROUNDING = 1e-6;

/** Resources that a quota may have, and without which KubeVirt sets no limits. */
export const LIMITS = { cpu: 'limits.cpu', memory: 'limits.memory' } as const;

/** Objects of a migration that its target goes on to need. */
const LASTING: readonly string[] = ['virtualmachines.kubevirt.io', 'virtualmachineinstances.kubevirt.io'];

/** What of a migration's demand stays when it has ended. */
export function lastingPart({ runs, claims, objects }: Demand): Demand {
  return {
    steps: [],
    runs,
    claims: claims.filter(({ passes }) => passes !== true),
    objects: Object.fromEntries(Object.entries(objects).filter(([name]) => LASTING.includes(name))),
  };
}

/** Whether so much is no more than there is. */
export function fits(needed: number, room: number): boolean {
  return needed <= room + ROUNDING;
}

/** Nothing where all of it fits into what is left of every quota. */
export function shortages(quotas: readonly Quota[], demand: Demand): Shortage[] {
  return quotas.flatMap((quota) =>
    Object.entries(quota.hard).flatMap(([resource, hard]) => {
      const used = quota.used[resource] ?? 0;
      const needed = neededOf(quota, resource, demand);
      if (needed === 0 || fits(used + needed, hard)) return [];
      return [{ quota: quota.name, resource, hard, used, needed }];
    }),
  );
}

/** `quota small leaves 0 of 4 limits.cpu, and the migration adds 1`; bytes in MiB. */
export function shortageText({ quota, resource, hard, used, needed }: Shortage): string {
  return `${leftText({ quota, resource, hard, used })}, and the migration adds ${shown(resource, needed)}`;
}

/** `quota small leaves 0 of 4 limits.cpu`. */
export function leftText({ quota, resource, hard, used }: Omit<Shortage, 'needed'>): string {
  const left = shown(resource, Math.max(0, hard - used));
  return `quota ${quota} leaves ${left} of ${shown(resource, hard)} ${resource}`;
}

/** An amount for people; bytes in MiB. */
export function shown(resource: string, amount: number): string {
  const isBytes = /(^|\.)(memory|storage|ephemeral-storage)$/.test(resource);
  return isBytes ? `${Math.ceil(amount / 2 ** 20)}Mi` : String(Math.round(amount * 1000) / 1000);
}

/** How much of a quota's resource a demand takes at its most. */
export function neededOf({ scopes }: Quota, resource: string, demand: Demand): number {
  const ofSteps = [...demand.steps, demand.runs].map((pods) =>
    sum(pods.filter((pod) => scopes.every((scope) => meets(scope, pod))).map((pod) => ofPod(resource, pod))),
  );
  const most = Math.max(0, ...ofSteps);
  // A quota with scopes counts Pods alone.
  return scopes.length > 0 ? most : Math.max(most, ofObjects(resource, demand));
}

function ofPod(resource: string, { requests, limits }: PodDemand): number {
  if (resource === 'pods' || resource === 'count/pods') return 1;
  if (resource.startsWith('limits.')) return limits[resource.slice('limits.'.length)] ?? 0;
  if (resource.startsWith('requests.')) return requests[resource.slice('requests.'.length)] ?? 0;
  return requests[resource] ?? 0;
}

function ofObjects(resource: string, { claims, objects }: Demand): number {
  const [, storageClass = null, what = resource] =
    /^(.+)\.storageclass\.storage\.k8s\.io\/(.+)$/.exec(resource) ?? [];
  const counted = claims.filter((claim) => storageClass === null || claim.storageClass === storageClass);
  switch (what) {
    case 'requests.storage':
      return sum(counted.map(({ bytes }) => bytes));
    case 'persistentvolumeclaims':
    case 'count/persistentvolumeclaims':
      return counted.length;
    case 'pods':
      // Those that have ended do not count here.
      return 0;
    default:
      return objects[what.replace(/^count\//, '')] ?? 0;
  }
}

function meets({ name, operator, values }: QuotaScope, pod: PodDemand): boolean {
  const { priorityClass, isTerminating = false } = pod;
  switch (name) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return isIn({ operator, values }, priorityClass);
    default:
      return false;
  }
}

/** CDI's importers ask for what its configuration says, which may be nothing. */
function isBestEffort({ requests, limits }: PodDemand): boolean {
  return [requests, limits].every((amounts) => !amounts.cpu && !amounts.memory);
}

function isIn({ operator, values }: Pick<QuotaScope, 'operator' | 'values'>, value: string | null): boolean {
  switch (operator) {
    case 'Exists':
      return value !== null;
    case 'DoesNotExist':
      return value === null;
    case 'In':
      return value !== null && values.includes(value);
    case 'NotIn':
      return value === null || !values.includes(value);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
