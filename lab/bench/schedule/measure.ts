/** Schedulers side by side on equal estates, in virtual time. */
import { DEFAULT_LIMITS, type Limits } from '../../../workflows/transfer-slots/resources';
import { lowerBound } from './bound';
import { faultsOf } from './check';
import { DroverScheduler, MAX_CONCURRENT_DISKS } from './drover';
import { type Estate, type EstateShape, makeEstate } from './estate';
import { FirstCome } from './first-come';
import type { LogEntry, Scheduler } from './jobs';
import { simulate } from './simulate';
import { IN_FLIGHT, VmAsUnit } from './vm-as-unit';

/** VMs that Drover's wave has begun and not ended, at most. */
const WINDOW = 500;

/** Drover's defaults, but of a host as many as Forklift allows: so nobody has more of it than the others. */
const LIMITS: Limits = { kinds: { ...DEFAULT_LIMITS, host: IN_FLIGHT }, resources: {} };

const SCHEDULERS = {
  drover: (estate: Estate): Scheduler => new DroverScheduler(estate, LIMITS, WINDOW),
  vmAsUnit: (estate: Estate): Scheduler => new VmAsUnit(estate, LIMITS.kinds),
  firstCome: (estate: Estate): Scheduler => new FirstCome(estate, LIMITS.kinds),
};

export type SchedulerName = keyof typeof SCHEDULERS;

export interface ScheduleResult {
  /** From the first start to the last end, over the least that any scheduler could take. */
  overBound: number;
  /** Of the VMs, 95 of 100 are off for no longer than this: from their first copy to the end of their conversion. */
  downtime95Seconds: number;
  /** What the checker found wrong; empty where all is well. */
  faults: string[];
}

export interface ScheduleRow {
  shape: EstateShape;
  seed: number;
  boundSeconds: number;
  results: Record<SchedulerName, ScheduleResult>;
}

/** Hosts and datastores of the estates; from two vCenters on, each has its share. */
const SITES = [
  { hosts: 8, datastores: 4, vcenters: 1 },
  { hosts: 8, datastores: 32, vcenters: 1 },
  { hosts: 64, datastores: 4, vcenters: 2 },
  { hosts: 64, datastores: 32, vcenters: 2 },
];

export function measureSchedules(vms: readonly number[], seeds: readonly number[]): ScheduleRow[] {
  const shapes = vms.flatMap((count) => SITES.map((site) => ({ vms: count, ...site })));
  return shapes.flatMap((shape) => seeds.map((seed) => measure(shape, seed)));
}

function measure(shape: EstateShape, seed: number): ScheduleRow {
  const estate = makeEstate(shape, seed);
  const boundSeconds = lowerBound(estate, LIMITS.kinds, MAX_CONCURRENT_DISKS);
  const run = (name: SchedulerName): ScheduleResult => {
    const log = simulate(SCHEDULERS[name](estate));
    return {
      overBound: (log.at(-1)?.at ?? 0) / boundSeconds,
      downtime95Seconds: downtime95(log),
      faults: faultsOf(estate, LIMITS.kinds, log),
    };
  };
  const results = { drover: run('drover'), vmAsUnit: run('vmAsUnit'), firstCome: run('firstCome') };
  return { shape, seed, boundSeconds, results };
}

function downtime95(log: readonly LogEntry[]): number {
  const firstStart = new Map<string, number>();
  const downtimes: number[] = [];
  for (const { at, what, job } of log) {
    const { name } = job.vm;
    if (what === 'start' && !firstStart.has(name)) firstStart.set(name, at);
    if (what === 'end' && job.disk === null) downtimes.push(at - firstStart.get(name)!);
  }
  downtimes.sort((a, b) => a - b);
  return downtimes[Math.floor(downtimes.length * 0.95)] ?? 0;
}
