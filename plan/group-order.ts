/** Groups that come after one another, and the order of VMs that follows from it. Pure. */

type Groups = readonly { name: string; after: readonly string[] }[];

/** Groups that `name` comes after, directly or through other groups. */
export function formers(groups: Groups, name: string, found = new Set<string>()): Set<string> {
  for (const former of groups.find((group) => group.name === name)?.after ?? []) {
    if (found.has(former)) continue;
    found.add(former);
    formers(groups, former, found);
  }
  return found;
}

/** Each circle once, as `database → application → database`, begun at the first of its groups in the plan. */
export function findCycles(groups: Groups): string[][] {
  const cycles: string[][] = [];
  for (const { name } of groups) {
    if (cycles.some((cycle) => cycle.includes(name))) continue;
    const way = wayBack(groups, name, [name]);
    if (way !== null) cycles.push(way);
  }
  return cycles;
}

function wayBack(
  groups: Groups,
  goal: string,
  way: readonly string[],
  seen = new Set<string>(),
): string[] | null {
  for (const former of groups.find(({ name }) => name === way.at(-1))?.after ?? []) {
    if (former === goal) return [...way, goal];
    if (seen.has(former)) continue;
    seen.add(former);
    const longer = wayBack(groups, goal, [...way, former], seen);
    if (longer !== null) return longer;
  }
  return null;
}

/** A VM on its way into an order: `place` is that of its entry in `spec.vms`. */
export interface Ranked {
  group: string | null;
  priority: number;
  place: number;
}

/** Higher priority first, then the order of the plan. */
export function byRank(one: Omit<Ranked, 'group'>, other: Omit<Ranked, 'group'>): number {
  return other.priority - one.priority || one.place - other.place;
}

/**
 * The first `count` in the order in which a wave would start them one by one, had each succeeded: a VM comes after all
 * of the groups that its own comes after. `groups` has no cycle.
 */
export function firstOf<T extends Ranked>(vms: readonly T[], groups: Groups, count: number): T[] {
  const left = [...vms].sort(byRank);
  const first: T[] = [];
  while (first.length < count && left.length > 0) {
    const waiting = new Set(left.map(({ group }) => group));
    const blocked = groupsBehind(groups, (name) => waiting.has(name));
    const next = left.findIndex(({ group }) => group === null || !blocked.has(group));
    first.push(...left.splice(next, 1));
  }
  return first;
}

/** Groups that come after one that is `open`, directly or through other groups. */
export function groupsBehind(groups: Groups, isOpen: (group: string) => boolean): Set<string> {
  const behind = new Set<string>();
  const byName = new Map(groups.map((group) => [group.name, group]));
  const isBehind = (name: string): boolean => {
    if (behind.has(name)) return true;
    const found = byName.get(name)?.after.some((former) => isOpen(former) || isBehind(former)) ?? false;
    if (found) behind.add(name);
    return found;
  };
  for (const { name } of groups) isBehind(name);
  return behind;
}
