/** Plans that start at a time to come. */
import { visible } from '../../plan/visible';
import type { LastStart, ScheduleEntry, StartTime } from '../schedules';
import { formatTime } from './format';
import { renderTable } from './table';

export function renderSchedules(schedules: readonly ScheduleEntry[]): string {
  if (schedules.length === 0) return 'no schedules\n';
  return renderTable(
    ['PLAN', 'WHEN', 'NEXT START', 'LAST START'],
    schedules.map(({ plan, when, next, last }) => [
      plan,
      describeWhen(when),
      next === null ? 'none' : formatTime(next),
      last === null ? '-' : `${formatTime(last.at)} ${LAST[last.outcome]}`,
    ]),
  );
}

const LAST: Readonly<Record<LastStart['outcome'], string>> = {
  started: 'started',
  running: 'left out: its wave still ran',
  failed: 'failed',
  unknown: 'not known',
};

function describeWhen(when: StartTime): string {
  return 'at' in when ? `once, ${formatTime(when.at)}` : visible(`${when.cron} ${when.timeZone}`);
}

/** After `drover migrate --at` or `--schedule`. */
export function renderScheduled({ plan, when, next }: ScheduleEntry): string {
  const first = 'at' in when ? 'starts' : 'first starts';
  return `plan ${plan} ${first} ${next === null ? '-' : formatTime(next)}; see: drover schedule list\n`;
}
