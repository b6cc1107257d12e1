/**
 * Reads a log of starts and ends, and says what is wrong with it: a limit exceeded, a disk copied twice or not at all, a
 * conversion before its disks. Knows the estate and the limits, and shares nothing with any scheduler.
 */
import type { Estate, EstateVm } from './estate';
import { secondsOf, type Job, type LogEntry } from './jobs';
import { usesOf, type KindLimits } from './uses';

interface Seen {
  startedAt: number;
  endedAt: number | null;
}

/** @returns nothing where all is well */
export function faultsOf(estate: Estate, limits: KindLimits, log: readonly LogEntry[]): string[] {
  const faults: string[] = [];
  const seen = new Map<string, Seen>();
  const used = new Map<string, number>();
  let now = 0;
  for (const { at, what, job } of log) {
    if (at < now) faults.push(`${nameOf(job)}: its ${what} at ${at} is written after ${now}`);
    now = at;
    faults.push(...(what === 'start' ? begin(job, at, seen) : end(job, at, seen)));
    for (const { kind, name } of usesOf(job)) {
      const units = (used.get(name) ?? 0) + (what === 'start' ? 1 : -1);
      used.set(name, units);
      if (units > limits[kind]) faults.push(`${name} at ${at}: ${units} use it, ${limits[kind]} may`);
    }
  }
  return [...faults, ...estate.vms.flatMap((vm) => missing(vm, seen))];
}

function begin(job: Job, at: number, seen: Map<string, Seen>): string[] {
  const name = nameOf(job);
  const again = seen.has(name) ? [`${name} is started again at ${at}`] : [];
  const early = job.disk === null && !job.vm.disks.every((_, disk) => hasEnded({ vm: job.vm, disk }, seen));
  seen.set(name, { startedAt: at, endedAt: null });
  return early ? [...again, `${name} is started at ${at}, before all disks are copied`] : again;
}

function end(job: Job, at: number, seen: Map<string, Seen>): string[] {
  const name = nameOf(job);
  const started = seen.get(name);
  if (started === undefined || started.endedAt !== null) return [`${name} ends at ${at}, and does not run`];
  started.endedAt = at;
  const took = at - started.startedAt;
  return took === secondsOf(job) ? [] : [`${name} took ${took} s of ${secondsOf(job)}`];
}

function hasEnded(job: Job, seen: ReadonlyMap<string, Seen>): boolean {
  return (seen.get(nameOf(job))?.endedAt ?? null) !== null;
}

function missing(vm: EstateVm, seen: ReadonlyMap<string, Seen>): string[] {
  const jobs: Job[] = [...vm.disks.map((_, disk) => ({ vm, disk })), { vm, disk: null }];
  return jobs.filter((job) => !hasEnded(job, seen)).map((job) => `${nameOf(job)} never ends`);
}

function nameOf({ vm, disk }: Job): string {
  return disk === null ? `${vm.name}'s conversion` : `${vm.name}'s disk ${disk}`;
}
