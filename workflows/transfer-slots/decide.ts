/** Decides which disk may copy now, and which guest may be converted. Pure: state and event in, grants out. */
import { change, enter, hardest, leave, lineOf, take, update } from './book';
import { compareBound } from './order';
import { countTurn, fits, nextByAge, type NextByAge } from './reservations';
import { limitOf, type Limits, type Resource } from './resources';
import { isWaiting, type Holder, type Request, type Slots } from './state';

/** Who asks, gives back or is gone. */
export interface HolderId {
  workflowId: string;
  /** The first run of its chain. */
  runId: string;
}

/** One disk, or a conversion. */
export interface Want {
  /** The holder's own name for it. */
  key: string;
  /** Of all of these it needs one unit, at once. */
  needs: Resource[];
  /** How long it is estimated to take, in whole seconds; null: unknown. */
  seconds: number | null;
  /** What a copy has to move: where `seconds` is null, `transferSlots` works them out by the rates that it has learnt. */
  bytes?: number;
}

export interface Ask {
  kind: 'ask';
  holder: HolderId;
  /** Higher goes first. */
  priority: number;
  /** Whether its source was stopped for it. A source that was off before is missed by nobody: false. */
  isOff: boolean;
  /** At least 1. Conversions don't count. */
  maxConcurrentDisks: number;
  wants: Want[];
}

/**
 * - `ask`: what is new waits from now on. What is held or waits already stays as it is, and as old; only estimate, needs
 *   (a VM moves to another host), priority and whether the source is off are updated, needs only of what waits. A new run
 *   under a workflow id takes the place of the former run, whose requests are gone.
 * - `release`: gives back what it holds of these, and withdraws what waits.
 * - `gone`: the holder has ended, in whatever way.
 * - `limits`: from now on these hold. What is held stays held.
 *
 * What a run says whose place another has taken changes nothing. Time alone never grants anything: it only makes requests
 * overdue, which takes from others. So no event is needed for it.
 */
export type SlotEvent =
  | Ask
  | { kind: 'release'; holder: HolderId; keys: string[] }
  | { kind: 'gone'; holder: HolderId }
  | { kind: 'limits'; limits: Limits };

/** It may start, with everything that it needs. */
export interface Grant {
  holder: HolderId;
  key: string;
}

/**
 * Applies an event to the state, and grants whatever can be granted then. Afterwards no request waits that would fit,
 * apart from units that are kept for the oldest (`reservations.ts`). The same events in the same order give the same grants.
 *
 * @param now whole seconds since the epoch; never earlier than at the event before
 */
export function decide(slots: Slots, event: SlotEvent, now: number): Grant[] {
  apply(slots, event, now);
  const grants: Grant[] = [];
  for (;;) {
    const next = nextByAge(slots, now);
    const request = best(slots, next);
    if (request === null) return grants;
    if (isOutOfDate(request, next)) {
      change(slots, request.holder, () => (request.holder.lead = null));
      continue;
    }
    change(slots, request.holder, () => take(request, now));
    countTurn(request, next);
    grants.push({ holder: idOf(request.holder), key: request.key });
  }
}

function apply(slots: Slots, event: SlotEvent, now: number): void {
  switch (event.kind) {
    case 'ask':
      return ask(slots, event, now);
    case 'release':
      return release(slots, event.holder, new Set(event.keys));
    case 'gone':
      return release(slots, event.holder, null);
    case 'limits':
      slots.limits = event.limits;
      for (const pool of slots.pools.values()) pool.limit = limitOf(event.limits, pool.resource);
  }
}

function ask(slots: Slots, { holder: id, wants, ...facts }: Ask, now: number): void {
  const former = slots.holders.get(id.workflowId);
  if (former !== undefined && former.runId !== id.runId) release(slots, idOf(former), null);
  const holder: Holder = slots.holders.get(id.workflowId) ?? {
    ...id,
    priority: facts.priority,
    isOff: facts.isOff,
    maxConcurrentDisks: facts.maxConcurrentDisks,
    requests: new Map(),
    chain: 0,
    lead: null,
  };
  slots.holders.set(id.workflowId, holder);
  change(slots, holder, () => {
    holder.priority = facts.priority;
    holder.isOff = facts.isOff;
    holder.maxConcurrentDisks = facts.maxConcurrentDisks;
    for (const want of wants) put(slots, holder, want, now);
  });
}

function put(slots: Slots, holder: Holder, { key, needs, seconds }: Want, now: number): void {
  const known = holder.requests.get(key);
  if (known === undefined) {
    enter({ holder, key, line: lineOf(slots, needs), seconds, askedAt: now, grantedAt: null });
  } else {
    update(slots, known, { line: isWaiting(known) ? lineOf(slots, needs) : known.line, seconds });
  }
}

/** @param keys null: all that it has */
function release(slots: Slots, { workflowId, runId }: HolderId, keys: ReadonlySet<string> | null): void {
  const holder = slots.holders.get(workflowId);
  if (holder === undefined || holder.runId !== runId) return;
  change(slots, holder, () => {
    for (const request of [...holder.requests.values()]) {
      if (keys === null || keys.has(request.key)) leave(slots, request);
    }
  });
}

/** Of all that fit: the first by the order. Where a line's first does not fit, its next by age may. */
function best(slots: Slots, next: NextByAge): Request | null {
  let found: Request | null = null;
  const consider = (request: Request) => {
    if (fits(request, next) && (found === null || compareBound(request, found) < 0)) found = request;
  };
  for (const { waiting } of slots.lines.values()) if (waiting[0] !== undefined) consider(waiting[0]);
  for (const request of new Set(next.values())) consider(request);
  return found;
}

/**
 * Whether another disk of its VM is harder to be granted by now, so that the VM should rather begin with that one. Not
 * where it is its turn by age: it would never come to an end.
 */
function isOutOfDate(request: Request, next: NextByAge): boolean {
  const { holder, line } = request;
  if (request !== holder.lead || line.pools.every((pool) => next.get(pool) === request)) return false;
  return request !== hardest(holder);
}

function idOf({ workflowId, runId }: Holder): HolderId {
  return { workflowId, runId };
}
