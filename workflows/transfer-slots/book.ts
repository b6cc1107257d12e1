/** The books: every change of a request, with what it means for its pools and lines. */
import { compareAge, compareHardness, compareOrder } from './order';
import { limitOf, type Resource } from './resources';
import { insert, remove } from './sorted';
import {
  hasBegun,
  isDisk,
  isWaiting,
  linedUp,
  workOf,
  type Holder,
  type Line,
  type Pool,
  type Request,
  type Slots,
} from './state';

/**
 * Changes a holder and its requests while they wait in no line, so that every line is in order before and after. A holder
 * that is left without requests is forgotten. What follows is called within it.
 */
export function change(slots: Slots, holder: Holder, how: () => void): void {
  for (const request of linedUp(holder)) {
    remove(request.line.waiting, request, compareOrder);
    remove(slots.byAge, request, compareAge);
  }
  how();
  holder.chain = chainOf(holder);
  holder.lead = leadOf(holder);
  for (const request of linedUp(holder)) {
    insert(request.line.waiting, request, compareOrder);
    insert(slots.byAge, request, compareAge);
  }
  if (holder.requests.size === 0) slots.holders.delete(holder.workflowId);
}

/** Its longest request, or all of them, as many at once as it may. */
function chainOf({ requests, maxConcurrentDisks }: Holder): number {
  const work = [...requests.values()].filter(isWaiting).map(workOf);
  const sum = work.reduce((total, seconds) => total + seconds, 0);
  return Math.max(Math.ceil(sum / maxConcurrentDisks), ...work);
}

/** Stays who it is as long as it waits, whatever is asked again. */
function leadOf(holder: Holder): Request | null {
  if (hasBegun(holder)) return null;
  const { lead, requests } = holder;
  return lead !== null && requests.get(lead.key) === lead ? lead : hardest(holder);
}

/** Of its disks that wait, the one that is hardest to be granted, as the pools are now. */
export function hardest({ requests }: Holder): Request | null {
  const disks = [...requests.values()].filter((request) => isWaiting(request) && isDisk(request));
  return disks.reduce<Request | null>(
    (best, disk) => (best === null || compareHardness(disk, best) < 0 ? disk : best),
    null,
  );
}

export function enter(request: Request): void {
  request.holder.requests.set(request.key, request);
  count(request, 1);
}

export function leave(slots: Slots, request: Request): void {
  request.holder.requests.delete(request.key);
  count(request, -1);
  forgetUnused(slots, request.line);
}

export function update(slots: Slots, request: Request, to: Pick<Request, 'line' | 'seconds'>): void {
  const former = { ...request };
  Object.assign(request, to);
  // In this order: pools that both need are not forgotten in between, nor whose turn it is at them.
  count(request, 1);
  count(former, -1);
  forgetUnused(slots, former.line);
}

function count(request: Request, by: 1 | -1): void {
  request.line.requests += by;
  for (const pool of request.line.pools) {
    if (isWaiting(request)) pool.load += by * workOf(request);
    else pool.used += by;
  }
}

export function take(request: Request, now: number): void {
  request.grantedAt = now;
  for (const pool of request.line.pools) {
    pool.load -= workOf(request);
    pool.used += 1;
  }
}

/** The line of those who need these resources, made if there is none. */
export function lineOf(slots: Slots, needs: readonly Resource[]): Line {
  const resources = [...new Set(needs)].sort();
  const known = slots.lines.get(lineId(resources));
  if (known !== undefined) return known;
  const line: Line = {
    pools: resources.map((resource) => poolOf(slots, resource)),
    waiting: [],
    requests: 0,
  };
  for (const pool of line.pools) pool.lines += 1;
  slots.lines.set(lineId(resources), line);
  return line;
}

function forgetUnused(slots: Slots, { pools, requests }: Line): void {
  if (requests > 0) return;
  slots.lines.delete(lineId(pools.map(({ resource }) => resource)));
  for (const pool of pools) {
    pool.lines -= 1;
    if (pool.lines === 0) slots.pools.delete(pool.resource);
  }
}

function lineId(resources: readonly Resource[]): string {
  return resources.join('\n');
}

function poolOf(slots: Slots, resource: Resource): Pool {
  const known = slots.pools.get(resource);
  if (known !== undefined) return known;
  const limit = limitOf(slots.limits, resource);
  const pool: Pool = { resource, limit, used: 0, load: 0, turns: 0, lines: 0 };
  slots.pools.set(resource, pool);
  return pool;
}
