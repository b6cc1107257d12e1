/** The bench's result as a table. */
import Table from 'cli-table3';
import { spread } from '../statistics';
import type { ScheduleResult, ScheduleRow, SchedulerName } from './measure';

const NAMES: Record<SchedulerName, string> = {
  drover: 'Drover',
  vmAsUnit: '20 per host, VM as unit',
  firstCome: 'first come, first served',
};

/** One row for each estate and scheduler. Each cell: minimum / median / maximum over the seeds. */
export function scheduleTable(rows: readonly ScheduleRow[]): string {
  const head = [
    'VMs',
    'hosts',
    'datastores',
    'scheduler',
    'time over bound',
    'downtime, 95 % (min)',
    'faults',
  ];
  const output = new Table({ head, style: { head: [], border: [] } });
  const shapes = new Map(rows.map(({ shape }) => [JSON.stringify(shape), shape]));
  for (const [id, { vms, hosts, datastores }] of shapes) {
    const own = rows.filter(({ shape }) => JSON.stringify(shape) === id);
    for (const name of Object.keys(NAMES) as SchedulerName[]) {
      const results = own.map((row) => row.results[name]);
      output.push([vms, hosts, datastores, NAMES[name], ...cells(results)]);
    }
  }
  return output.toString();
}

function cells(results: readonly ScheduleResult[]): (string | number)[] {
  return [
    range(
      results.map(({ overBound }) => overBound),
      3,
    ),
    range(
      results.map(({ downtime95Seconds }) => downtime95Seconds / 60),
      0,
    ),
    results.reduce((sum, { faults }) => sum + faults.length, 0),
  ];
}

function range(values: readonly number[], digits: number): string {
  const { min, median } = spread(values);
  return [min, median, Math.max(...values)].map((value) => value.toFixed(digits)).join(' / ');
}
