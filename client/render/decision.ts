/** What somebody decided about a VM, in one line. */
import type { Decision } from '../../workflows/temporal-api';

/** `copyDeadline: 60s → 7200s, disk.0.vars.POOL: not set → gold`; null where nothing was changed. */
export function describeKept(changes: Decision['changes']): string | null {
  if (changes === undefined || changes.length === 0) return null;
  const value = (text: string) => (text === '' ? 'not set' : text);
  return changes.map(({ key, before, after }) => `${key}: ${value(before)} → ${value(after)}`).join(', ');
}

/** The reason, and with what changes. */
export function describeWhy({ why, changes }: Pick<Decision, 'why' | 'changes'>): string {
  const kept = describeKept(changes);
  return kept === null ? why : `${why} (${kept})`;
}
