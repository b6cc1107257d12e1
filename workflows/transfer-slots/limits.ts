/** What operators set: how many may use what, who decided it, and what of it anyone may see. Pure. */
import { cut, listSome } from '../../plan/cut';
import { bytesOf } from '../fit';
import {
  DEFAULT_LIMITS,
  isKind,
  limitOf,
  RESOURCE_KINDS,
  type Limits,
  type Resource,
  type ResourceKind,
} from './resources';
import { isWaiting, type Slots } from './state';

/** Of a kind, or of a single resource. */
type LimitName = ResourceKind | Resource;

/** By {@link LimitName}. Null: back to the default, of a single resource to the limit of its kind. */
export type LimitChanges = Record<string, number | null>;

/** Kept: the last of them. */
export interface LimitDecision {
  /** ISO 8601. */
  at: string;
  who: string;
  why: string;
  /** `host=4, vcenter=default`; of many, the first. */
  what: string;
}

/** Limits that differ from the defaults: a later version of Drover may have better ones. */
export interface SavedLimits {
  kinds: Partial<Record<ResourceKind, number>>;
  resources: Partial<Record<Resource, number>>;
}

/** What must outlive even a `transferSlots` that is ended from outside. */
export interface LimitsRecord {
  limits: SavedLimits;
  /** Oldest first. */
  decisions: LimitDecision[];
}

/** One resource, in use or with a limit of its own. */
export interface ResourceUse {
  resource: Resource;
  limit: number;
  /** Whether the resource has a limit of its own. */
  isSet: boolean;
  used: number;
  waiting: number;
}

export interface LimitsView {
  kinds: { kind: ResourceKind; limit: number; default: number }[];
  /** Those that are in use or waited for before the others; of many, the first. */
  resources: ResourceUse[];
  resourcesInAll: number;
  decisions: LimitDecision[];
  /** What an operator should know before they trust the rest; null: nothing. */
  note: string | null;
}

export interface LimitsAnswer {
  /** False where all of it was so already. */
  changed: boolean;
  /** What became of it, in a clause. */
  done: string;
}

/** Temporal keeps the record beside each run, and lists show it. */
const LARGEST_RECORD = 64 * 1024;
const LARGEST_LIMITS = LARGEST_RECORD / 2;
const MOST_DECISIONS = 20;
const MOST_RESOURCES_SHOWN = 500;
const MOST_NAMED = 5;
const LONGEST_WHAT = 500;

export function savedLimits({ kinds, resources }: Limits): SavedLimits {
  const differ = Object.entries(kinds).filter(
    ([kind, limit]) => limit !== DEFAULT_LIMITS[kind as ResourceKind],
  );
  return { kinds: Object.fromEntries(differ), resources: { ...resources } };
}

export function limitsOf({ kinds, resources }: SavedLimits): Limits {
  return { kinds: { ...DEFAULT_LIMITS, ...kinds }, resources: { ...resources } };
}

export function changeLimits(limits: Limits, changes: LimitChanges): Limits {
  const changed: Limits = { kinds: { ...limits.kinds }, resources: { ...limits.resources } };
  for (const [name, value] of entriesOf(changes)) {
    if (isKind(name)) changed.kinds[name] = value ?? DEFAULT_LIMITS[name];
    else if (value === null) delete changed.resources[name];
    else changed.resources[name] = value;
  }
  return changed;
}

/** Why these limits can't be kept, in a sentence; null where they can. */
export function limitsFault(limits: Limits): string | null {
  if (bytesOf(savedLimits(limits)) <= LARGEST_LIMITS) return null;
  return 'too many single resources would have a limit of their own; set some of them back to the default first';
}

/** The oldest decisions go first. */
export function recordOf(limits: Limits, decisions: readonly LimitDecision[]): LimitsRecord {
  const record = { limits: savedLimits(limits), decisions: decisions.slice(-MOST_DECISIONS) };
  while (record.decisions.length > 1 && bytesOf(record) > LARGEST_RECORD) record.decisions.shift();
  return record;
}

export function describeChanges(changes: LimitChanges): string {
  return cut(listSome(entriesOf(changes).map(writeChange), MOST_NAMED), LONGEST_WHAT);
}

/** What a change comes to now. What holds more than its new limit keeps it. */
export function answerOf(
  { slots, limits }: { slots: Slots; limits: Limits | null },
  before: Limits,
  changes: LimitChanges,
): LimitsAnswer {
  const real = entriesOf(changes).filter(([name, value]) => valueIn(before, name) !== settled(name, value));
  if (real.length === 0) return { changed: false, done: 'these limits hold already' };
  const zeros = real.filter(([, value]) => value === 0).map(([name]) => name);
  const over = [...slots.pools.values()]
    .map(({ resource, used }) => ({ resource, used, limit: limitOf(limits ?? before, resource) }))
    .filter(({ used, limit }) => used > limit);
  const parts = [
    `from now on: ${describeChanges(Object.fromEntries(real))}`,
    ...(zeros.length === 0 ? [] : [`0 means that nothing starts there: ${listSome(zeros, MOST_NAMED)}`]),
    ...(over.length === 0
      ? []
      : [
          `nobody loses anything; nothing more starts until use has fallen: ${listSome(
            over.map(({ resource, used, limit }) => `${resource} (${used} in use, limit ${limit})`),
            MOST_NAMED,
          )}`,
        ]),
  ];
  return { changed: true, done: cut(parts.join('; '), 4 * LONGEST_WHAT) };
}

/** @param slots null where nobody knows what is in use */
export function viewOfLimits(
  limits: Limits,
  slots: Slots | null,
  said: Pick<LimitsView, 'decisions' | 'note'>,
): LimitsView {
  const resources = slots === null ? resourcesSet(limits) : resourcesInUse(limits, slots);
  const kinds = Object.keys(RESOURCE_KINDS) as ResourceKind[];
  return {
    kinds: kinds.map((kind) => ({ kind, limit: limits.kinds[kind], default: DEFAULT_LIMITS[kind] })),
    resources: resources.slice(0, MOST_RESOURCES_SHOWN),
    resourcesInAll: resources.length,
    ...said,
  };
}

function resourcesSet(limits: Limits): ResourceUse[] {
  const names = Object.keys(limits.resources) as Resource[];
  return names.map((resource) => ({
    resource,
    limit: limitOf(limits, resource),
    isSet: true,
    used: 0,
    waiting: 0,
  }));
}

function resourcesInUse(limits: Limits, { pools, holders }: Slots): ResourceUse[] {
  const uses = new Map(resourcesSet(limits).map((use) => [use.resource, use]));
  for (const { resource, used } of pools.values()) {
    const limit = limitOf(limits, resource);
    uses.set(resource, { resource, limit, isSet: uses.has(resource), used, waiting: 0 });
  }
  for (const { requests } of holders.values())
    for (const request of requests.values())
      if (isWaiting(request)) for (const { resource } of request.line.pools) uses.get(resource)!.waiting += 1;
  const all = [...uses.values()];
  return all.sort((a, b) => b.waiting - a.waiting || b.used - a.used || (a.resource < b.resource ? -1 : 1));
}

function entriesOf(changes: LimitChanges): [LimitName, number | null][] {
  return Object.entries(changes) as [LimitName, number | null][];
}

function valueIn({ kinds, resources }: Limits, name: LimitName): number | null {
  return isKind(name) ? kinds[name] : (resources[name] ?? null);
}

function settled(name: LimitName, value: number | null): number | null {
  return isKind(name) ? (value ?? DEFAULT_LIMITS[name]) : value;
}

function writeChange([name, value]: [LimitName, number | null]): string {
  return `${name}=${value ?? 'default'}`;
}
