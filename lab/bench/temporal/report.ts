/** The load of a Temporal server as Markdown, for docs/operations.md. */
import { LONGEST_BEAT_MS, SHORTEST_BEAT_MS } from '../../../activities/beat-pace';
import type { LoadRow, TemporalLoad } from './measure';

/** A VM as many have: for the sum of a day. */
const USUAL = { method: 'import', disks: 2 } as const;
const COPY_HOURS = 1;
/** Of a server's processors, so much for this: the rest is for peaks. */
const CORES = 2;
const BUSY = 0.5;

export function loadReport(load: TemporalLoad): string {
  return [table(load.rows), '', ...sentences(load)].join('\n');
}

const HEAD = ['VM', 'workflows', 'events', 'history', 'tasks', 'activities', 'signals', 'timers', 'actions'];

function table(rows: readonly LoadRow[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cells(row: LoadRow): string[] {
  const round = (value: number) => String(Math.round(value * 10) / 10);
  const { vm, workflows, events, historyBytes, workflowTasks, activities, signals, timers, actions } = row;
  return [
    vm === null ? "a VM's share in its wave and in the transfer slots" : `${vm.disks} by ${vm.method}`,
    round(workflows),
    round(events),
    `${Math.round(historyBytes / 1024)} KiB`,
    ...[workflowTasks, activities, signals, timers, actions].map(round),
  ];
}

/** Heartbeats are in no history: how many there are follows from the pace at which waits beat. */
function sentences({ rows, cpuMsPerAction }: TemporalLoad): string[] {
  const own = rows.find(({ vm }) => vm?.method === USUAL.method && vm.disks === USUAL.disks);
  const share = rows.find(({ vm }) => vm === null);
  if (own === undefined || share === undefined) throw new Error('the bench measures no usual VM');
  const still = own.actions + share.actions;
  const beats = (pauseMs: number) => (USUAL.disks * COPY_HOURS * 3_600_000) / pauseMs;
  const aDay = (CORES * BUSY * 86_400_000) / cpuMsPerAction;
  const vms = [SHORTEST_BEAT_MS, LONGEST_BEAT_MS].map((pause) => Math.round(aDay / (still + beats(pause))));
  return [
    `- Beside these, each copy and each conversion beats every ${SHORTEST_BEAT_MS / 1_000} s, or every ${LONGEST_BEAT_MS / 1_000} s where a worker has many: ${beats(LONGEST_BEAT_MS) / USUAL.disks} to ${beats(SHORTEST_BEAT_MS) / USUAL.disks} actions an hour.`,
    `- The Temporal server of this run took ${cpuMsPerAction.toFixed(1)} ms of processor for an action. At this rate ${CORES} processors that are half busy carry ${Math.round(aDay / 86_400)} actions a second.`,
    `- A VM with ${USUAL.disks} disks that are imported in ${COPY_HOURS} hour comes to ${Math.round(still + beats(LONGEST_BEAT_MS))} to ${Math.round(still + beats(SHORTEST_BEAT_MS))} actions, so such a server carries ${vms[0]} to ${vms[1]} of them a day.`,
  ];
}
