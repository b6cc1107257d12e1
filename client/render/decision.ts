/** What somebody (an operator, a policy, a deadline) decided about a VM, in one line. */
import type { Decision } from '../../workflows/temporal-api';

/** `retry`, `reset to copy`. */
export function describeAction({ action, to }: Pick<Decision, 'action' | 'to'>): string {
  return to === undefined ? action : `${action} to ${to}`;
}

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

/** `reset to copy by ann: the guest does not boot`. */
export function describeDecision(decision: Omit<Decision, 'at'>): string {
  return `${describeAction(decision)} by ${decision.who}: ${describeWhy(decision)}`;
}
