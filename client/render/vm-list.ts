/** All migrations, a line each. */
import type { VmListEntry } from '../vm-list';
import { formatTime } from './format';
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

function describeState({ outcome, attention }: VmListEntry): string {
  if (attention !== null) return `needs attention: ${attention}`;
  return outcome ?? 'running';
}
