/** All migrations, a line each. */
import type { EarlierRun, VmListEntry } from '../vm-list';
import { describeOutcome, formatTime } from './format';
import { renderTable } from './table';

const HEAD = ['VM', 'MOREF', 'PLAN', 'PHASE', 'STATE', 'STARTED', 'ENDED'];

export function renderVmList(entries: readonly VmListEntry[]): string {
  if (entries.length === 0) return 'no migrations\n';
  return renderTable(
    HEAD,
    entries.map((entry) => [
      entry.vm,
      entry.moref,
      entry.plan,
      entry.phase ?? '-',
      describeState(entry),
      formatTime(entry.startedAt),
      entry.endedAt === null ? '-' : formatTime(entry.endedAt),
    ]),
  );
}

/** Always shows a success, whatever later runs did, unless it was rolled back. */
function describeState(entry: VmListEntry): string {
  const { outcome, attention } = entry;
  const state =
    attention !== null ? `needs attention: ${attention}` : (describeOutcome(outcome) ?? 'running');
  const success = outcome === 'succeeded' ? undefined : latestSuccess(entry);
  return success === undefined ? state : `${state} (succeeded ${formatTime(success.endedAt)})`;
}

function latestSuccess(entry: VmListEntry): EarlierRun | undefined {
  if (entry.outcome === 'rolledBack') return undefined;
  const newest = entry.earlier?.find(({ outcome }) => outcome === 'succeeded' || outcome === 'rolledBack');
  return newest?.outcome === 'succeeded' ? newest : undefined;
}
