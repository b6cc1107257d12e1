/**
 * Whether a namespace's quotas have room for all VMs of a plan: each by itself, those that are on their way at the same
 * time, and what all of them leave there.
 */
import { type Demand, fits, lastingPart, neededOf, type Quota } from './quota';

/** What of one quota is too little for a plan. */
export interface PlanShortage {
  quota: string;
  resource: string;
  hard: number;
  used: number;
  /**
   * `one`: a VM alone asks for more than is left; `needed` is what the largest asks for, `vms` are all of them.
   * `kept`: what all VMs keep is more than the quota has when it is empty; nothing frees it on the way.
   * `atOnce`: so many at once ask for more than is left; `fitting` at once do not.
   * `all`: even one by one they ask for more than is left; `fitting` of them do not.
   */
  kind: 'one' | 'kept' | 'atOnce' | 'all';
  needed: number;
  /** How many VMs fit; 0 where `kind` is `one` or `kept`. */
  fitting: number;
  /** Places of VMs in `demands`; empty but for `one`. */
  vms: number[];
}

/** @param atOnce how many VMs are on their way at the same time */
export function planShortages(
  quotas: readonly Quota[],
  demands: readonly Demand[],
  atOnce: number,
): PlanShortage[] {
  return quotas.flatMap((quota) =>
    Object.entries(quota.hard).flatMap(([resource, hard]) => {
      const used = quota.used[resource] ?? 0;
      const short = shortageOf({ quota, resource, demands, atOnce, hard, left: Math.max(0, hard - used) });
      return short === null ? [] : [{ quota: quota.name, resource, hard, used, ...short }];
    }),
  );
}

interface Question {
  quota: Quota;
  resource: string;
  demands: readonly Demand[];
  atOnce: number;
  hard: number;
  left: number;
}

/** What one VM takes at its most, and what of it stays. */
interface Share {
  peak: number;
  kept: number;
}

type Short = Pick<PlanShortage, 'kind' | 'needed' | 'fitting' | 'vms'>;

function shortageOf({ quota, resource, demands, atOnce, hard, left }: Question): Short | null {
  const shares = demands.map((demand): Share => ({
    peak: neededOf(quota, resource, demand),
    kept: neededOf(quota, resource, lastingPart(demand)),
  }));
  const tooLarge = shares.flatMap(({ peak }, place) => (peak === 0 || fits(peak, left) ? [] : [place]));
  if (tooLarge.length > 0) {
    return { kind: 'one', needed: Math.max(...shares.map(({ peak }) => peak)), fitting: 0, vms: tooLarge };
  }
  const needed = togetherOf(shares, atOnce);
  if (fits(needed, left)) return null;
  // A target may be stopped; its volumes stay.
  const kept = sum(demands.map((demand) => neededOf(quota, resource, { ...lastingPart(demand), runs: [] })));
  if (!fits(kept, hard)) return { kind: 'kept', needed: kept, fitting: 0, vms: [] };
  const fewer = largest(Math.min(atOnce, shares.length), (count) => togetherOf(shares, count), left);
  if (fewer > 0) return { kind: 'atOnce', needed, fitting: fewer, vms: [] };
  // Whichever come first: the largest ones may.
  const sorted = [...shares].sort((one, other) => other.peak - one.peak);
  const some = largest(sorted.length, (count) => togetherOf(sorted.slice(0, count), 1), left);
  return { kind: 'all', needed: togetherOf(shares, 1), fitting: some, vms: [] };
}

/** What all keep, and the most that so many need beyond it on their way. */
function togetherOf(shares: readonly Share[], atOnce: number): number {
  const passing = shares.map(({ peak, kept }) => Math.max(0, peak - kept)).sort((one, other) => other - one);
  return sum(shares.map(({ kept }) => kept)) + sum(passing.slice(0, atOnce));
}

/** The largest count of at most `most` that fits; 0 where none does. More need never less. */
function largest(most: number, needed: (count: number) => number, left: number): number {
  for (let count = most; count > 0; count -= 1) if (fits(needed(count), left)) return count;
  return 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
