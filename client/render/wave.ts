/** Waves: their list, where one is and why it waits, and its report. */
import { planName } from '../../plan/workflow-ids';
import { countByGroup } from '../../workflows/migrate-wave/counts';
import type { WaveCount, WaveDecision, WaveHold, WaveResult, WaveState } from '../../workflows/temporal-api';
import type { Range } from '../../workflows/transfer-slots/rates';
import type { WaveStatus } from '../migration-handle';
import type { WaveListEntry } from '../wave-list';
import { shellWord } from './changes';
import { countVms, describeOutcome, formatLeft, formatRange, formatTime } from './format';
import { renderReport } from './report';
import { renderBusy } from './slot-waits';
import { renderTable } from './table';

export function renderWaveList(waves: readonly WaveListEntry[]): string {
  if (waves.length === 0) return 'no waves\n';
  return renderTable(
    ['PLAN', 'STATE', 'STARTED', 'ENDED'],
    waves.map(({ plan, outcome, heldBy, startedAt, endedAt }) => [
      plan,
      outcome ?? (heldBy === null ? 'running' : `needs attention: ${heldBy}`),
      formatTime(startedAt),
      endedAt === null ? '-' : formatTime(endedAt),
    ]),
  );
}

const PHASES = ['queued', 'starting', 'running', 'parked'] as const;
const OUTCOMES = ['succeeded', 'alreadyMigrated', 'skipped', 'failed', 'aborted'] as const;

/** VMs by how they stand, in the order in which they come to it. */
export function renderWaveStatus(state: WaveStatus): string {
  const { plan, phase, maxConcurrentVms } = state;
  const counts = state.counts ?? countByGroup(state.vms, state.rules?.groups ?? []);
  const total = counts.reduce((sum, count) => sum + count.total, 0);
  const facts = [
    `plan ${planName(plan)}: ${phase}, ${countVms(total)}, at most ${maxConcurrentVms} at once`,
    `  VMs       ${describeCounts(counts) || 'not known yet'}`,
    ...(state.left === undefined ? [] : [`  left      ${describeLeft(state.left)}`]),
    ...(state.holds ?? []).map((hold) => `  waits     ${describeHold(hold)}`),
    ...(state.decisions ?? []).map((decision) => `  decision  ${describeDecision(decision)}`),
  ];
  const groups = (state.rules?.groups ?? []).length > 0 ? `\n${renderGroups(state, counts)}` : '';
  const busy = state.waits == null ? '' : renderBusy(state.waits);
  return `${facts.join('\n')}\n${groups}${busy === '' ? '' : `\n${busy}`}${whatToDo(state)}`;
}

/** What is parked may take any time. */
function describeLeft(left: Range | null): string {
  return left === null
    ? 'unknown until something is measured'
    : `${formatRange(left)}, without what is parked`;
}

function describeHold({ why, since, until }: WaveHold): string {
  return `${why}${formatLeft(until)} (since ${formatTime(since)})`;
}

function describeCounts(counts: readonly WaveCount[]): string {
  const count = (of: (count: WaveCount) => number | undefined, word: string): string[] => {
    const sum = counts.reduce((all, one) => all + (of(one) ?? 0), 0);
    return sum === 0 ? [] : [`${sum} ${word}`];
  };
  return [
    ...PHASES.flatMap((phase) => count(({ phases }) => phases[phase], phase)),
    ...OUTCOMES.flatMap((outcome) => count(({ outcomes }) => outcomes[outcome], describeOutcome(outcome))),
  ].join(', ');
}

function renderGroups({ rules }: WaveState, counts: readonly WaveCount[]): string {
  const after = new Map(rules?.groups.map((group) => [group.name, group.after.join(', ')]));
  return renderTable(
    ['GROUP', 'AFTER', 'VMS'],
    counts.map((count) => [
      count.group ?? '(none)',
      after.get(count.group ?? '') || '-',
      describeCounts([count]) || '-',
    ]),
  );
}

/** The very commands; a group that waits for parked VMs is let go by those. */
function whatToDo({ plan, holds = [], vms }: WaveState): string {
  const parked = vms.filter(({ phase }) => phase === 'parked').slice(0, 3);
  const wave = shellWord(planName(plan));
  const lines = [
    ...parked.map(({ name }) => `  look:     drover status ${shellWord(name)}`),
    ...(holds.some(({ needsOperator }) => needsOperator)
      ? [`  go on:    drover wave resume ${wave} --why '…'`]
      : []),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

function describeDecision({ at, action, about, who, why }: WaveDecision): string {
  return `${formatTime(at)} ${action} ${about} by ${who}: ${why}`;
}

/** The table of all VMs, and who decided what of the wave. */
export function renderWaveReport({
  results,
  decisions = [],
}: Pick<WaveResult, 'results' | 'decisions'>): string {
  return renderReport(results) + decisions.map((one) => `decision: ${describeDecision(one)}\n`).join('');
}
