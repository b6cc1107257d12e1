/**
 * What copies and conversions have to share, by name, and how many may use each at once.
 *
 * Sources of the default limits: VMware's VDDK guide, Microsoft's "VMware agentless migration" (Azure Migrate), the
 * performance chapter of MTV's documentation, and Forklift's sources.
 */

interface KindFacts {
  /** What is counted. */
  unit: 'disks' | 'connections' | 'guests';
  /** Whose units they are, in a clause. */
  what: string;
  /** Of each resource of the kind, where nobody has set another limit. */
  limit: number;
  /** Where this limit comes from; it stands in the manual. */
  why: string;
}

export const RESOURCE_KINDS = {
  host: {
    unit: 'disks',
    what: 'imports that read from one ESXi host',
    limit: 10,
    why: 'MTV measured 272 MiB/s with 10 VMs on a host, and 294 MiB/s with 30: more than 10 only share what there is. Azure Migrate takes 8. ESXi has 48 MiB for NFC buffers, which at 4 MiB each are 12',
  },
  datastore: {
    unit: 'disks',
    what: "imports and plugins' copies that read from one datastore",
    limit: 15,
    why: "Azure Migrate's bound of disks with snapshots on one datastore",
  },
  vcenter: {
    unit: 'connections',
    what: 'imports through one vCenter: each holds an NFC connection',
    limit: 48,
    why: 'VMware allows 52 NFC connections through one vCenter. Four are left to backups and to its own clients',
  },
  'storage-class': {
    unit: 'disks',
    what: 'disks that are written through one storage class of one target cluster',
    limit: 200,
    why: 'MTV advises at most 200 disks at once: 400 were 25 % slower, all together. Nobody publishes a figure for a class',
  },
  plugin: {
    unit: 'disks',
    what: 'copies by one offload plugin',
    limit: 8,
    why: 'Nobody publishes one. Forklift lets two copies run on each ESXi host, and arrays mostly serve some four hosts',
  },
  conversions: {
    unit: 'guests',
    what: 'conversions in one target cluster',
    limit: 20,
    why: 'Forklift has 20 VMs in flight on a host. A conversion takes about a core and 2 GB, says os-migrate',
  },
} as const satisfies Record<string, KindFacts>;

export type ResourceKind = keyof typeof RESOURCE_KINDS;

/** `host/<vCenter's uuid>/<moref>`: the kind, and what tells it from others of its kind. */
export type Resource = `${ResourceKind}/${string}`;

/** How many may use a resource at once: whole numbers; 0 means that none may. */
export interface Limits {
  /** Of each resource of the kind. */
  kinds: Record<ResourceKind, number>;
  /** Of single resources, whatever their kind says. */
  resources: Partial<Record<Resource, number>>;
}

/** Where nobody has set others. */
export const DEFAULT_LIMITS = Object.fromEntries(
  Object.entries(RESOURCE_KINDS).map(([kind, { limit }]) => [kind, limit]),
) as Record<ResourceKind, number>;

export function defaultLimits(): Limits {
  return { kinds: { ...DEFAULT_LIMITS }, resources: {} };
}

export function limitOf(limits: Limits, resource: Resource): number {
  return limits.resources[resource] ?? limits.kinds[kindOf(resource)];
}

export function isKind(name: string): name is ResourceKind {
  return Object.hasOwn(RESOURCE_KINDS, name);
}

/** Kinds whose resources are named by two things: whose it is, and which of them. */
const NAMED_BY_TWO: readonly ResourceKind[] = ['host', 'datastore', 'storage-class'];

/** Whether a name says all that a resource's name says, as `host/<vCenter's uuid>/<address>`. */
export function isWholeName(name: string): name is Resource {
  const [kind = '', ...rest] = name.split('/');
  if (!isKind(kind) || rest.some((part) => part.trim() !== part)) return false;
  const parts = rest.filter((part) => part !== '').length;
  return rest.at(-1) !== '' && parts >= (NAMED_BY_TWO.includes(kind) ? 2 : 1);
}

export function kindOf(resource: Resource): ResourceKind {
  return resource.slice(0, resource.indexOf('/')) as ResourceKind;
}

/** Where a disk is read from and written to. Names are ids that last: uuids and morefs before names that people give. */
export interface CopyPlaces {
  vcenter: string;
  host: string;
  datastore: string;
  /** The target cluster. */
  cluster: string;
  storageClass: string;
}

/** An import reads over the network: through vCenter, from the host that runs the VM. */
export function needsOfImport(places: CopyPlaces): Resource[] {
  return [`host/${places.vcenter}/${places.host}`, `vcenter/${places.vcenter}`, ...storageOf(places)];
}

/** @param plugin its image's repository, or the array that the map names: what its copies share */
export function needsOfPluginCopy(places: CopyPlaces, plugin: string): Resource[] {
  return [`plugin/${plugin}`, ...storageOf(places)];
}

export function needsOfConversion(cluster: string): Resource[] {
  return [`conversions/${cluster}`];
}

function storageOf({ vcenter, datastore, cluster, storageClass }: CopyPlaces): Resource[] {
  return [`datastore/${vcenter}/${datastore}`, `storage-class/${cluster}/${storageClass}`];
}
