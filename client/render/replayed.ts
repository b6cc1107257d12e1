/** What a replay has found, for people. */
import type { Replayed } from '../history/replayed';
import { renderTable } from './table';

/** One line for each that differs, and one for all. Ends with a newline. */
export function renderReplayed(all: readonly Replayed[]): string {
  const bad = all.filter(({ verdict }) => verdict !== 'same');
  const counts = `${all.length - bad.length} of ${all.length} histories replay\n`;
  if (bad.length === 0) return counts;
  const rows = bad.map(({ workflowId, verdict, event, line, why }) => [
    workflowId,
    verdict,
    event === null ? '' : `${event.id} ${event.type}`,
    line ?? '',
    why ?? '',
  ]);
  return `${renderTable(['WORKFLOW', 'VERDICT', 'EVENT', 'CODE', 'WHY'], rows)}\n${counts}`;
}
