/** The bench's result as tables. */
import Table from 'cli-table3';
import { formatBytes } from '../../../client/render/format';
import { growth } from './bars';
import type { WaveBench, WaveRow } from './measure';

export function waveReport({ rows, busiest }: WaveBench): string {
  const { rate, requests } = growth(rows);
  const sizes = `from ${rows[0]?.vms} to ${rows.at(-1)?.vms} VMs`;
  return [
    costTable(rows),
    perVmTable('CPU s/VM', rows, ({ cpu }) => cpu),
    historyTable(rows),
    perVmTable('requests per VM', rows, requestsPerVm),
    `VM/s ${sizes}: ${rate.toFixed(2)} of what it was. Requests per VM: ${requests.toFixed(2)} times.`,
    ...busiest.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`),
    'Sources were off. Containers took their time without a process.',
  ].join('\n');
}

function table(head: string[], rows: (string | number)[][]): string {
  const output = new Table({ head, style: { head: [], border: [] } });
  output.push(...rows);
  return output.toString();
}

function costTable(rows: readonly WaveRow[]): string {
  const head = [
    'VMs',
    'waves',
    's',
    'VM/s',
    'requests/VM',
    'CPU s/VM',
    'of it worker',
    'worker MiB, most / end',
    'status s',
  ];
  return table(
    head,
    rows.map((row) => [
      row.vms,
      row.waves,
      row.seconds.toFixed(0),
      row.vmsPerSecond.toFixed(2),
      row.ownRequests.toFixed(1),
      Object.values(row.cpu)
        .reduce((sum, seconds) => sum + seconds, 0)
        .toFixed(2),
      (row.cpu['worker'] ?? 0).toFixed(2),
      `${row.memory.most.toFixed(0)} / ${row.memory.end.toFixed(0)}`,
      row.statusSeconds.toFixed(2),
    ]),
  );
}

function historyTable(rows: readonly WaveRow[]): string {
  return table(
    ['VMs', 'workflow', 'runs', 'most events', 'most bytes', 'events/VM', 'bytes/VM'],
    rows.flatMap(({ vms, histories }) =>
      histories.map(({ type, runs, mostEvents, mostBytes, events, bytes }) => [
        vms,
        type,
        runs,
        mostEvents,
        formatBytes(mostBytes),
        (events / vms).toFixed(1),
        formatBytes(Math.round(bytes / vms)),
      ]),
    ),
  );
}

function requestsPerVm({ vms, requestKinds }: WaveRow): Record<string, number> {
  return Object.fromEntries(Object.entries(requestKinds).map(([kind, count]) => [kind, count / vms]));
}

/** What each kind cost for a VM; the kinds that grow most come first. */
function perVmTable(
  title: string,
  rows: readonly WaveRow[],
  perVm: (row: WaveRow) => Record<string, number>,
): string {
  const costs = rows.map(perVm);
  const kinds = [...new Set(costs.flatMap((cost) => Object.keys(cost)))];
  const sorted = kinds.map((kind) => ({ kind, values: costs.map((cost) => cost[kind] ?? 0) }));
  const grown = ({ values }: { values: readonly number[] }) => (values.at(-1) ?? 0) - (values[0] ?? 0);
  sorted.sort((one, other) => grown(other) - grown(one));
  return table(
    [title, ...rows.map(({ vms }) => `${vms} VMs`)],
    sorted.map(({ kind, values }) => [kind, ...values.map((value) => value.toFixed(2))]),
  );
}
