/** `--at`, `--schedule` and `--time-zone` of `drover migrate`. */
import { readStartTime } from '../plan/start-time';
import { zoneFault } from '../plan/time-zone';
import { UsageError } from './command';
import type { StartTime } from './schedules';

export interface StartArguments {
  at?: string;
  schedule?: string;
  timeZone?: string;
}

/** Null: now. @throws UsageError */
export function startTimeOf({ at, schedule, timeZone }: StartArguments): StartTime | null {
  if (at !== undefined && schedule !== undefined) throw new UsageError('give one of --at and --schedule');
  if (at !== undefined) {
    const read = readStartTime(at, timeZone, new Date().toISOString());
    if ('wrong' in read) throw new UsageError(`--at: ${read.wrong}`);
    return read;
  }
  if (schedule === undefined) {
    if (timeZone !== undefined) throw new UsageError('--time-zone counts only beside --at or --schedule');
    return null;
  }
  if (timeZone === undefined)
    throw new UsageError('say by whose clock --schedule counts: --time-zone Europe/Zurich, or UTC');
  const fault = zoneFault(timeZone);
  if (fault !== null) throw new UsageError(`--time-zone: ${fault.found}; ${fault.remedy}`);
  return { cron: schedule, timeZone };
}
