/** How long what is left will take, from what is measured. Pure. */
import type { Range } from '../workflows/transfer-slots/rates';
import type { RateView } from '../workflows/transfer-slots/messages';
import type { WaveVm } from '../workflows/temporal-api';

/** Of a disk, what an estimate is made from. */
export interface DiskProgress {
  phase: 'waiting' | 'copying' | 'copied' | 'failed';
  doneBytes: number;
  totalBytes: number;
  /** As its copier's worker sees it now; null where nothing moves yet. */
  bytesPerSecond: number | null;
  /** Of the whole copy, before it began; null where nothing like it was measured yet. */
  estimate: Range | null;
}

/** The rate of this moment may change: at the begin of a copy by so much, at its end by nothing. */
const MOST_CHANGE = 0.5;

/**
 * Where both the rate of this moment and the estimate of before are known, what both allow; where they contradict each other,
 * the rate. Null: unknown.
 */
export function leftOfDisk(disk: DiskProgress): Range | null {
  if (disk.phase === 'copied') return { low: 0, high: 0 };
  const { doneBytes, totalBytes, bytesPerSecond: rate } = disk;
  const share = totalBytes === 0 ? 0 : Math.max(0, totalBytes - doneBytes) / totalBytes;
  const learnt = disk.estimate === null ? null : scaled(disk.estimate, share);
  if (disk.phase !== 'copying' || rate === null || rate <= 0) return learnt;
  const likely = (share * totalBytes) / rate;
  const factor = 1 + MOST_CHANGE * share;
  const seen = { low: likely / factor, high: likely * factor };
  if (learnt === null) return seen;
  const both = { low: Math.max(seen.low, learnt.low), high: Math.min(seen.high, learnt.high) };
  return both.low <= both.high ? both : seen;
}

/**
 * Of a VM's copies together: at least as long as the longest, at most as if no more were copied at once than now. Null as long
 * as one of them is unknown.
 */
export function leftOfCopies(disks: readonly DiskProgress[]): Range | null {
  const ranges = disks.map(leftOfDisk);
  if (ranges.some((range) => range === null)) return null;
  const known = ranges.filter((range) => range !== null);
  const atOnce = Math.max(1, disks.filter(({ phase }) => phase === 'copying').length);
  return {
    low: Math.max(0, ...known.map(({ low }) => low)),
    high: Math.max(0, ...known.map(({ high }) => high), sum(known.map(({ high }) => high)) / atOnce),
  };
}

/** Of a wave, what an estimate is made from. */
export interface WaveProgress {
  vms: readonly Pick<WaveVm, 'phase' | 'disks' | 'bytes' | 'methods'>[];
  maxConcurrentVms: number;
}

/**
 * Of a wave, while nobody steps in and nothing is parked: as long as `maxConcurrentVms` take for all that is queued, or as
 * the largest VM takes alone. VMs that run may be nearly done or have just begun. Null as long as the rate of a method that
 * is yet to be used is unknown, or a version that did not count bytes runs the wave.
 */
export function leftOfWave(
  { vms, maxConcurrentVms }: WaveProgress,
  rates: readonly RateView[],
): Range | null {
  const open = vms.filter(({ phase }) => phase !== 'ended' && phase !== 'parked');
  const ranges = open.map((vm) => {
    const whole = rangeOfVm(vm, rates);
    return whole === null || isQueued(vm) ? whole : { low: 0, high: whole.high };
  });
  if (ranges.some((range) => range === null)) return null;
  const known = ranges.filter((range) => range !== null);
  const of = (side: keyof Range): number => {
    const all = known.map((range) => range[side]);
    return Math.max(greatest(all), sum(all) / Math.max(1, maxConcurrentVms));
  };
  return { low: of('low'), high: of('high') };
}

function isQueued({ phase }: Pick<WaveVm, 'phase'>): boolean {
  return phase === 'queued' || phase === 'starting';
}

/** Its disks may be copied all at once, or one after the other; its guest is perhaps converted. */
function rangeOfVm(
  { disks = 1, bytes, methods }: WaveProgress['vms'][number],
  rates: readonly RateView[],
): Range | null {
  if (bytes === undefined || methods === undefined) return null;
  const used = methods.map((method) => rates.find(({ of }) => of === method));
  if (used.some((rate) => rate === undefined)) return null;
  const known = used.filter((rate) => rate !== undefined);
  const conversion = rates.find(({ of }) => of === 'conversions');
  const fastest = greatest(known.map(({ high }) => high));
  const slowest = known.map(({ low }) => low).reduce((a, b) => Math.min(a, b), Infinity);
  return {
    low: known.length === 0 ? 0 : bytes / fastest / disks,
    high: (known.length === 0 ? 0 : bytes / slowest) + (conversion === undefined ? 0 : 1 / conversion.low),
  };
}

function scaled({ low, high }: Range, by: number): Range {
  return { low: low * by, high: high * by };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

/** `Math.max` takes no list of any length. */
function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
