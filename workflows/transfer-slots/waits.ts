/** Why what waits does wait: for which resource, who holds it, and until when that may be. Pure. */
import type { HeldSlot, SlotWait } from './messages';
import { isKeptFrom, nextByAge, type NextByAge } from './reservations';
import { isWaiting, linedUp, type Pool, type Request, type Slots } from './state';

/** Migrations that are asked after at once; of more, the first. */
const MOST_ASKED = 1_000;
/** Of more waits, the first: an answer stays far below what Temporal takes as one message. */
const MOST_SHOWN = 500;
const MOST_HOLDERS_SHOWN = 3;

/**
 * @param asked workflow ids of migrations. Foreign data: any client may send it
 * @param isOpen whether anything is granted by now
 */
export function waitsOf(
  slots: Slots,
  asked: unknown,
  { isOpen, now }: { isOpen: boolean; now: number },
): SlotWait[] {
  const view = new View(slots, now);
  const ids: unknown[] = Array.isArray(asked) ? asked.slice(0, MOST_ASKED) : [];
  const waits: SlotWait[] = [];
  for (const id of new Set(ids)) {
    const holder = typeof id === 'string' ? slots.holders.get(id) : undefined;
    if (holder === undefined) continue;
    const inLine = new Set(linedUp(holder));
    for (const request of holder.requests.values()) {
      if (!isWaiting(request)) continue;
      if (waits.length >= MOST_SHOWN) return waits;
      const wait = { workflowId: holder.workflowId, key: request.key, since: isoOf(request.askedAt) };
      if (!isOpen) waits.push({ ...wait, waitsFor: 'transferSlots', resource: null });
      else if (!inLine.has(request)) waits.push({ ...wait, waitsFor: 'itsOwnVm', resource: null });
      else waits.push({ ...wait, waitsFor: 'resource', resource: view.busy(request) });
    }
  }
  return waits;
}

/** What is worked out once for all waits of an answer. */
class View {
  private readonly next: NextByAge;
  private readonly holding = new Map<Pool, Request[]>();
  private readonly waiting = new Map<Pool, Request[]>();
  private readonly starts = new Map<Pool, Map<Request, number>>();

  constructor(
    slots: Slots,
    private readonly now: number,
  ) {
    this.next = nextByAge(slots, now);
    for (const { requests } of slots.holders.values())
      for (const request of requests.values())
        for (const pool of request.line.pools)
          add(isWaiting(request) ? this.waiting : this.holding, pool, request);
  }

  /** Of the resources that have no unit for it, the one with the most work left for each unit. */
  busy(request: Request): SlotWait['resource'] {
    const free = (pool: Pool) => pool.limit - pool.used - (isKeptFrom(request, pool, this.next) ? 1 : 0);
    const { pools } = request.line;
    const full = pools.filter((pool) => free(pool) <= 0);
    const hardest = (full.length > 0 ? full : pools).reduce((a, b) =>
      secondsLeft(b) > secondsLeft(a) ? b : a,
    );
    const held = this.holding.get(hardest) ?? [];
    const start = this.startsAt(hardest).get(request);
    return {
      name: hardest.resource,
      limit: hardest.limit,
      used: hardest.used,
      heldBy: held.slice(0, MOST_HOLDERS_SHOWN).map(nameOf),
      until: start === undefined ? null : isoOf(start),
    };
  }

  private startsAt(pool: Pool): Map<Request, number> {
    const known = this.starts.get(pool) ?? this.simulate(pool);
    this.starts.set(pool, known);
    return known;
  }

  /**
   * As if this resource were the only one, and each took as long as is estimated. Whoever waits behind one of whom nobody
   * knows how long it takes is not in it.
   */
  private simulate(pool: Pool): Map<Request, number> {
    const starts = new Map<Request, number>();
    const held = this.holding.get(pool) ?? [];
    if (pool.limit === 0 || held.some(({ seconds }) => seconds === null)) return starts;
    const ends = held
      .map(({ grantedAt, seconds }) => Math.max(this.now, grantedAt! + seconds!))
      .sort((a, b) => a - b);
    // Above a limit that was lowered, the first to end leave nothing to others.
    ends.splice(0, Math.max(0, ends.length - pool.limit));
    while (ends.length < pool.limit) ends.unshift(this.now);
    for (const request of [...(this.waiting.get(pool) ?? [])].sort(compareRoughly)) {
      const first = ends.indexOf(Math.min(...ends));
      starts.set(request, ends[first]!);
      if (request.seconds === null) break;
      ends[first]! += request.seconds;
    }
    return starts;
  }
}

function add(map: Map<Pool, Request[]>, pool: Pool, request: Request): void {
  const list = map.get(pool);
  if (list === undefined) map.set(pool, [request]);
  else list.push(request);
}

/** `order.ts` without what costs most: an estimate need not be right to the place. */
function compareRoughly(a: Request, b: Request): number {
  return (
    Number(b.holder.isOff) - Number(a.holder.isOff) ||
    b.holder.priority - a.holder.priority ||
    (b.seconds ?? 0) - (a.seconds ?? 0) ||
    a.askedAt - b.askedAt
  );
}

function secondsLeft({ load, limit }: Pool): number {
  return limit === 0 ? Infinity : load / limit;
}

function nameOf({ holder, key }: Request): HeldSlot {
  return { workflowId: holder.workflowId, key };
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
