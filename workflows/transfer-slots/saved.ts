/**
 * The state as a small JSON value, to be carried over continue-as-new: resources and lines are written once and then named
 * by number, and what can be worked out again is left out. 5,000 disks that wait for 500 VMs take some 240 KiB.
 */
import { change, enter, lineOf } from './book';
import { limitsOf, savedLimits, type SavedLimits } from './limits';
import type { Resource } from './resources';
import { newSlots, type Holder, type Slots } from './state';

/** key, line, estimate or null, asked at, granted at or null. */
type SavedRequest = [
  key: string,
  line: number,
  seconds: number | null,
  askedAt: number,
  grantedAt: number | null,
];

interface SavedHolder {
  id: string;
  run: string;
  priority: number;
  off: boolean;
  most: number;
  /** Key of its `lead`; null: none. */
  lead: string | null;
  requests: SavedRequest[];
}

export interface SavedSlots {
  limits: SavedLimits;
  /** Each with its `turns`. */
  resources: [Resource, number][];
  /** Numbers of resources. */
  lines: number[][];
  holders: SavedHolder[];
}

export function toSaved(slots: Slots): SavedSlots {
  const pools = [...slots.pools.values()];
  const lines = [...slots.lines.values()];
  const poolNumbers = new Map(pools.map((pool, number) => [pool, number]));
  const lineNumbers = new Map(lines.map((line, number) => [line, number]));
  return {
    limits: savedLimits(slots.limits),
    resources: pools.map(({ resource, turns }) => [resource, turns]),
    lines: lines.map((line) => line.pools.map((pool) => poolNumbers.get(pool)!)),
    holders: [...slots.holders.values()].map((holder) => ({
      id: holder.workflowId,
      run: holder.runId,
      priority: holder.priority,
      off: holder.isOff,
      most: holder.maxConcurrentDisks,
      lead: holder.lead?.key ?? null,
      requests: [...holder.requests.values()].map(({ key, line, seconds, askedAt, grantedAt }) => [
        key,
        lineNumbers.get(line)!,
        seconds,
        askedAt,
        grantedAt,
      ]),
    })),
  };
}

export function fromSaved(saved: SavedSlots): Slots {
  const slots = newSlots(limitsOf(saved.limits));
  const needs = saved.lines.map((numbers) => numbers.map((number) => saved.resources[number]![0]));
  for (const { id, run, priority, off, most, lead, requests } of saved.holders) {
    const holder: Holder = {
      workflowId: id,
      runId: run,
      priority,
      isOff: off,
      maxConcurrentDisks: most,
      requests: new Map(),
      chain: 0,
      lead: null,
    };
    slots.holders.set(id, holder);
    change(slots, holder, () => {
      for (const [key, line, seconds, askedAt, grantedAt] of requests) {
        enter({ holder, key, line: lineOf(slots, needs[line]!), seconds, askedAt, grantedAt });
      }
      holder.lead = lead === null ? null : (holder.requests.get(lead) ?? null);
    });
  }
  for (const [resource, turns] of saved.resources) {
    const pool = slots.pools.get(resource);
    if (pool !== undefined) pool.turns = turns;
  }
  return slots;
}
