/** Waves: their list, where one is and why it waits, and its report. */
import { planName } from '../../plan/workflow-ids';
import type { WaveDecision, WaveHold, WaveResult, WaveState, WaveVm } from '../../workflows/temporal-api';
import type { Range } from '../../workflows/transfer-slots/rates';
import type { WaveStatus } from '../migration-handle';
import type { WaveListEntry } from '../wave-list';
import { shellWord } from './changes';
import { countVms, describeOutcome, formatRange, formatSeconds, formatTime } from './format';
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

const PHASES: readonly WaveVm['phase'][] = ['queued', 'starting', 'running', 'parked'];
const OUTCOMES = ['succeeded', 'alreadyMigrated', 'skipped', 'failed', 'aborted'] as const;

/** VMs by how they stand, in the order in which they come to it. */
export function renderWaveStatus(state: WaveStatus): string {
  const { plan, phase, vms, maxConcurrentVms } = state;
  const facts = [
    `plan ${planName(plan)}: ${phase}, ${countVms(vms.length)}, at most ${maxConcurrentVms} at once`,
    `  VMs       ${describeCounts(vms) || 'not known yet'}`,
    ...(state.left === undefined ? [] : [`  left      ${describeLeft(state.left)}`]),
    ...(state.holds ?? []).map((hold) => `  waits     ${describeHold(hold)}`),
    ...(state.decisions ?? []).map((decision) => `  decision  ${describeDecision(decision)}`),
  ];
  const groups = (state.rules?.groups ?? []).length > 0 ? `\n${renderGroups(state)}` : '';
  const busy = state.waits == null ? '' : renderBusy(state.waits);
  return `${facts.join('\n')}\n${groups}${busy === '' ? '' : `\n${busy}`}${whatToDo(state)}`;
}

/** What is parked may take any time. */
function describeLeft(left: Range | null): string {
  return left === null
    ? 'unknown until something is measured'
    : `${formatRange(left)}, without what is parked`;
}

/** Of a window also how long that is: nobody reckons with time zones at night. */
function describeHold({ why, since, until }: WaveHold): string {
  const left = until === undefined ? '' : `, in ${formatSeconds((Date.parse(until) - Date.now()) / 1000)}`;
  return `${why}${left} (since ${formatTime(since)})`;
}

function describeCounts(vms: readonly WaveVm[]): string {
  const count = (holds: (vm: WaveVm) => boolean, word: string): string[] => {
    const { length } = vms.filter(holds);
    return length === 0 ? [] : [`${length} ${word}`];
  };
  return [
    ...PHASES.flatMap((phase) => count((vm) => vm.phase === phase, phase)),
    ...OUTCOMES.flatMap((outcome) => count((vm) => vm.outcome === outcome, describeOutcome(outcome))),
  ].join(', ');
}

function renderGroups({ rules, vms }: WaveState): string {
  const rows = (rules?.groups ?? []).map(({ name, after }) => [
    name,
    after.join(', ') || '-',
    describeCounts(vms.filter(({ group }) => group === name)) || '-',
  ]);
  const others = vms.filter(({ group }) => group === undefined);
  return renderTable(
    ['GROUP', 'AFTER', 'VMS'],
    others.length === 0 ? rows : [...rows, ['(none)', '-', describeCounts(others)]],
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
