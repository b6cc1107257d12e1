/** Versions of workers, for people. */
import { UNVERSIONED } from '../../plan/task-queue';
import type { Promoted } from '../versions/promote';
import type { WorkerVersion, WorkerVersions } from '../versions/read';
import type { RunningCount } from '../versions/retire';
import { renderTable } from './table';

export function renderVersions({ isVersioned, versions, unversioned, taskQueue }: WorkerVersions): string {
  const rows = versions.map((version) => [
    version.deployment,
    version.build,
    statusOf(version),
    String(version.workers.length),
    counts(version.running, 'pinned'),
    counts(version.running, 'following'),
    `${version.mayRetire ? 'yes' : 'no'}: ${version.why}`,
  ]);
  const isOfUse = unversioned.workers.length > 0 || unversioned.running.length > 0 || rows.length === 0;
  if (isOfUse) rows.push(unversionedRow(unversioned));
  const table = renderTable(
    ['DEPLOYMENT', 'BUILD', 'STATUS', 'WORKERS', 'PINNED', 'FOLLOW', 'MAY BE RETIRED'],
    rows,
  );
  if (isVersioned) return table;
  return `${table}\nthis Temporal server has no worker versions: all workers of task queue ${taskQueue} are upgraded together\n`;
}

function statusOf({ status, rampPercent }: WorkerVersion): string {
  return rampPercent === null ? status : `${status} ${rampPercent} %`;
}

function unversionedRow({ isCurrent, workers, running }: WorkerVersions['unversioned']): string[] {
  const [status, retire] = isCurrent
    ? ['current', 'no: new work goes to them']
    : ['', 'yes: new work goes elsewhere'];
  // None of it is pinned: it goes on wherever new work goes.
  return ['-', UNVERSIONED, status, String(workers.length), '-', counts(running, 'following'), retire];
}

function counts(running: readonly RunningCount[], which: 'pinned' | 'following'): string {
  const parts = running.flatMap((count) => (count[which] > 0 ? [`${count[which]} ${count.workflow}`] : []));
  return parts.join(', ') || '-';
}

export function renderPromoted({ build, rampPercent }: Promoted): string {
  const whose = build === UNVERSIONED ? 'workers without a version' : `version ${build}`;
  if (rampPercent === null) return `what is started from now on runs on ${whose}\n`;
  return `${rampPercent} % of what is started from now on runs on ${whose}\n`;
}
