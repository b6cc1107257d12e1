/** What a scheduler starts, and what it is asked. */
import type { EstateVm } from './estate';

/** One disk's copy, or a VM's conversion, which follows when all its disks are copied. */
export interface Job {
  vm: EstateVm;
  /** Index of the disk; null: the conversion. */
  disk: number | null;
}

export function secondsOf({ vm, disk }: Job): number {
  return disk === null ? vm.conversionSeconds : vm.disks[disk]!.seconds;
}

/** Is asked at each event, and answers with what starts right then. */
export interface Scheduler {
  begin(): Job[];
  /** @param disksLeft disks of its VM that are not copied yet */
  ended(job: Job, disksLeft: number, now: number): Job[];
}

/** A line of the log that the checker reads. Seconds since the begin. */
export interface LogEntry {
  at: number;
  what: 'start' | 'end';
  job: Job;
}
