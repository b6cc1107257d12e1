/** What a storm came to: tables for people and for docs/chaos.md. */
import { renderTable } from '../../client/render/table';
import type { Violation } from './check/facts';
import { FAULTS } from './faults';
import type { Round } from './round';

export interface Total {
  seed: number;
  rounds: number;
  vms: number;
  /** By name of the fault. */
  faults: Record<string, number>;
  /** By outcome of the VM. */
  outcomes: Record<string, number>;
  violations: number;
}

export function emptyTotal(seed: number): Total {
  return { seed, rounds: 0, vms: 0, faults: {}, outcomes: {}, violations: 0 };
}

export function faultsOf({ faults }: Pick<Total, 'faults'>): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0);
}

export function addRound(total: Total, { struck, facts, violations }: Round): void {
  total.rounds += 1;
  total.vms += facts.vms.length;
  total.violations += violations.length;
  for (const [name, count] of struck) total.faults[name] = (total.faults[name] ?? 0) + count;
  for (const { outcome, goneBack } of facts.vms) {
    const name = goneBack?.outcome === 'rolledBack' ? 'rolledBack' : (outcome ?? 'not ended');
    total.outcomes[name] = (total.outcomes[name] ?? 0) + 1;
  }
}

export function renderTotal(total: Total): string {
  const { seed, rounds, vms, faults, outcomes, violations } = total;
  const rows = FAULTS.map(({ name, does }) => [name, does, String(faults[name] ?? 0)]);
  const ends = Object.entries(outcomes).map(([name, count]) => `${count} ${name}`);
  return (
    renderTable(['FAULT', 'WHAT IT DOES', 'STRUCK'], rows) +
    `seed ${seed}: ${faultsOf(total)} faults in ${rounds} rounds; ${vms} VMs: ${ends.join(', ')}; ${violations} violations\n`
  );
}

/** Seconds of the timeline before and after a violation that are shown with it. */
const AROUND_SECONDS = 20;

/** One violation, what happened around it, and the command that repeats its round. */
export function renderViolation(
  { promise, about, at, what }: Violation,
  { timeline }: Round,
  command: string,
): string {
  const lines = timeline.lines(at, AROUND_SECONDS).map((line) => `  ${line}`);
  const when = at === null ? '' : ` at ${new Date(at).toISOString()}`;
  return [`VIOLATION: ${promise}: ${about}${when}: ${what}`, ...lines, `  repeat it: ${command}`, ''].join(
    '\n',
  );
}
