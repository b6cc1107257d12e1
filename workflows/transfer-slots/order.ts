/** Who goes before whom: below zero where `a` does. Pure, and never zero for two requests. */
import type { Pool, Request } from './state';

/**
 * Within a line: sources that are off, then priority, then the longest, then age. The longest is the VM whose waiting
 * disks take longest, and of it the longest disk.
 */
export function compareOrder(a: Request, b: Request): number {
  return compareUrgency(a, b) || b.holder.chain - a.holder.chain || compareLength(a, b) || compareAge(a, b);
}

/**
 * Between lines: after urgency comes who is bound hardest: by a pool that much work waits for, or by the VM's own
 * chain. The bound is how long it takes at least, from now on, until all of that work is done. Whoever is bound harder starts
 * first, so that no pool has work left when all others are done.
 */
export function compareBound(a: Request, b: Request): number {
  return (
    compareUrgency(a, b) || compareBounds(boundsOf(a), boundsOf(b)) || compareLength(a, b) || compareAge(a, b)
  );
}

/** Who asked first. */
export function compareAge(a: Request, b: Request): number {
  return (
    a.askedAt - b.askedAt ||
    compareText(a.holder.workflowId, b.holder.workflowId) ||
    compareText(a.key, b.key)
  );
}

/** Somebody misses a VM whose source is off. */
function compareUrgency({ holder: a }: Request, { holder: b }: Request): number {
  return Number(b.isOff) - Number(a.isOff) || b.priority - a.priority;
}

/** Unknown ones are as long as each other, so that age decides. */
function compareLength(a: Request, b: Request): number {
  return (b.seconds ?? 0) - (a.seconds ?? 0);
}

/** Of one holder's disks: which is hardest to be granted, as the pools are now. */
export function compareHardness(a: Request, b: Request): number {
  return compareBounds(boundsOf(a), boundsOf(b)) || compareLength(a, b) || compareText(a.key, b.key);
}

function boundsOf({ line, holder }: Request): number[] {
  return [...line.pools.map(secondsLeft), holder.chain].sort((a, b) => b - a);
}

function secondsLeft({ load, limit }: Pool): number {
  return limit === 0 ? Infinity : load / limit;
}

function compareBounds(a: readonly number[], b: readonly number[]): number {
  for (let place = 0; place < Math.min(a.length, b.length); place += 1) {
    if (a[place]! !== b[place]!) return a[place]! > b[place]! ? -1 : 1;
  }
  return 0;
}

/** By code units: the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
