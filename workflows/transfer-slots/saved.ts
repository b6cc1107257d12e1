/**
 * The state as a small JSON value, to be carried over continue-as-new: what many share is written once and then named by
 * number, and what can be worked out again is left out. 10,000 disks that wait for as many VMs take some 1 MiB, for 1,000
 * VMs some 400 KiB (test/workflows/transfer-slots/room.test.ts).
 */
import { change, enter, lineOf } from './book';
import { limitsOf, savedLimits, type SavedLimits } from './limits';
import type { Resource } from './resources';
import { newSlots, type Holder, type Request, type Slots } from './state';

/** key, line, estimate or null, asked at, granted at or null. Times are seconds since `SavedSlots.since`. */
type SavedRequest = [
  key: string,
  line: number,
  seconds: number | null,
  askedAt: number,
  grantedAt: number | null,
];

type SavedHolder = [
  /** Number of the place that its workflow's id begins with. */
  place: number,
  /** The rest of the id. */
  name: string,
  run: string,
  priority: number,
  isOff: 0 | 1,
  most: number,
  /** Number of its `lead` among its requests; null: none. */
  lead: number | null,
  requests: SavedRequest[],
];

export interface SavedSlots {
  limits: SavedLimits;
  /** Each with its `turns`. */
  resources: [Resource, number][];
  /** Numbers of resources. */
  lines: number[][];
  /** Beginnings of workflow ids. */
  places: string[];
  /** Seconds since the epoch. */
  since: number;
  holders: SavedHolder[];
}

export function toSaved(slots: Slots): SavedSlots {
  const pools = [...slots.pools.values()];
  const lines = [...slots.lines.values()];
  const holders = [...slots.holders.values()];
  const poolNumbers = new Map(pools.map((pool, number) => [pool, number]));
  const lineNumbers = new Map(lines.map((line, number) => [line, number]));
  const places = [...new Set(holders.map(({ workflowId }) => splitId(workflowId)[0]))];
  const placeNumbers = new Map(places.map((place, number) => [place, number]));
  const since = firstAsk(holders);
  return {
    limits: savedLimits(slots.limits),
    resources: pools.map(({ resource, turns }) => [resource, turns]),
    lines: lines.map((line) => line.pools.map((pool) => poolNumbers.get(pool)!)),
    places,
    since,
    holders: holders.map((holder) => {
      const [place, name] = splitId(holder.workflowId);
      const requests = [...holder.requests.values()];
      const lead = holder.lead === null ? null : requests.indexOf(holder.lead);
      const { runId, priority, isOff, maxConcurrentDisks: most } = holder;
      const saved = requests.map((request) => savedRequest(request, lineNumbers.get(request.line)!, since));
      return [placeNumbers.get(place)!, name, runId, priority, isOff ? 1 : 0, most, lead, saved];
    }),
  };
}

function savedRequest(
  { key, seconds, askedAt, grantedAt }: Request,
  line: number,
  since: number,
): SavedRequest {
  return [key, line, seconds, askedAt - since, grantedAt === null ? null : grantedAt - since];
}

/** Whether all that is named by number is there, and nothing twice. Foreign data: any client may start a workflow with it. */
export function isConsistent({ resources, lines, places, holders }: SavedSlots): boolean {
  const ids = holders.map(([place, name]) => `${places[place]}${name}`);
  return (
    lines.every((numbers) => numbers.length > 0 && numbers.every((number) => number < resources.length)) &&
    new Set(resources.map(([resource]) => resource)).size === resources.length &&
    new Set(ids).size === ids.length &&
    holders.every(
      ([place, , , , , most, lead, requests]) =>
        place < places.length &&
        most > 0 &&
        requests.length > 0 &&
        (lead === null || lead < requests.length) &&
        requests.every(([, line]) => line < lines.length) &&
        new Set(requests.map(([key]) => key)).size === requests.length,
    )
  );
}

export function fromSaved(saved: SavedSlots): Slots {
  const slots = newSlots(limitsOf(saved.limits));
  const needs = saved.lines.map((numbers) => numbers.map((number) => saved.resources[number]![0]));
  for (const [place, name, runId, priority, isOff, most, lead, requests] of saved.holders) {
    const holder: Holder = {
      workflowId: `${saved.places[place]}${name}`,
      runId,
      priority,
      isOff: isOff === 1,
      maxConcurrentDisks: most,
      requests: new Map(),
      chain: 0,
      lead: null,
    };
    slots.holders.set(holder.workflowId, holder);
    change(slots, holder, () => {
      for (const [key, line, seconds, asked, granted] of requests) {
        const askedAt = saved.since + asked;
        const grantedAt = granted === null ? null : saved.since + granted;
        enter({ holder, key, line: lineOf(slots, needs[line]!), seconds, askedAt, grantedAt });
      }
      holder.lead = lead === null ? null : ([...holder.requests.values()][lead] ?? null);
    });
  }
  for (const [resource, turns] of saved.resources) {
    const pool = slots.pools.get(resource);
    if (pool !== undefined) pool.turns = turns;
  }
  return slots;
}

/** `migrate-vm/<vCenter>/`, which many share, and what is left. */
function splitId(workflowId: string): [place: string, name: string] {
  const end = workflowId.lastIndexOf('/') + 1;
  return [workflowId.slice(0, end), workflowId.slice(end)];
}

function firstAsk(holders: readonly Holder[]): number {
  let first = Infinity;
  for (const { requests } of holders)
    for (const { askedAt } of requests.values()) first = Math.min(first, askedAt);
  return first === Infinity ? 0 : first;
}
