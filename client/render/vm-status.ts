/** One migration, as a page: where it is, what its disks do, why it waits, who decided what. */
import {
  countedOutcome,
  type CopyAttempt,
  type Decision,
  type HookRun,
  type PhaseTiming,
  type RollBackState,
  type VmState,
} from '../../workflows/temporal-api';
import type { Range } from '../../workflows/transfer-slots/rates';
import { diskSlot } from '../../workflows/migrate-vm/wants';
import type { RunningActivity } from '../running-activities';
import type { VmStatus } from '../vm-handle';
import type { EarlierRun } from '../vm-list';
import { describeDecision } from './decision';
import { describeAttention } from './changes';
import { type DiskRow, diskRows } from './disk-row';
import {
  describeOutcome,
  describeWindowWait,
  formatBytes,
  formatRange,
  formatRate,
  formatSeconds,
  formatTime,
} from './format';
import { describeLeftOver } from './left-over';
import { percent } from './progress-text';
import { describeReason, mainReason } from './slot-waits';
import { renderTable } from './table';
import { describeTermination } from './termination';

export function renderVmStatus(status: VmStatus): string {
  const { entry, state, rollBack } = status;
  const facts = [
    `${entry.vm} (${entry.moref}), plan ${entry.plan}`,
    `  workflow  ${entry.workflowId}`,
    `  state     ${describeState(status)}`,
    `  started   ${formatTime(entry.startedAt)}${entry.endedAt === null ? '' : `, ended ${formatTime(entry.endedAt)}`}`,
    ...(state === null ? [] : describeVm(state, status.waits)),
    ...(rollBack == null ? [] : describeRollBack(rollBack)),
    ...(status.left === undefined ? [] : [`  copies    ${describeLeft(status.left.copies)}`]),
    ...(entry.earlier ?? []).map(describeEarlier),
  ];
  const todo = whatToDo(status);
  return [
    `${facts.join('\n')}\n`,
    ...(state === null ? [] : [`\n${renderDisks(status)}`]),
    ...(state === null ? [] : renderAttempts(state)),
    ...(status.steps.length === 0 ? [] : [`\n${renderSteps(status.steps)}`]),
    ...(todo.length === 0 ? [] : [`\n${todo.join('\n')}\n`]),
  ].join('');
}

function describeEarlier({ outcome, endedAt, plan, runId }: EarlierRun): string {
  return `  earlier   ${describeOutcome(outcome)} ${formatTime(endedAt)}, plan ${plan}, run ${runId}`;
}

/** One that was terminated hears no operator any more, though it may have waited for one. */
function whatToDo(status: VmStatus): string[] {
  const { entry, state, rollBack } = status;
  if (entry.outcome === 'terminated' && rollBack === undefined) return describeTermination(status);
  const attention = state?.attention ?? rollBack?.attention ?? null;
  return attention === null ? [] : describeAttention(entry.vm, attention, entry.workflowId);
}

function describeState({ entry, state, rollBack }: VmStatus): string {
  const phase = state?.phase ?? rollBack?.phase ?? entry.phase ?? 'not known';
  if (entry.attention !== null) return `needs attention (${entry.attention}) in ${phase}`;
  if (entry.outcome === 'terminated') return `terminated in ${phase}`;
  const known = state === null ? null : countedOutcome(state);
  return describeOutcome(known ?? rollBack?.outcome ?? entry.outcome) ?? phase;
}

function describeVm(state: VmState, waits: VmStatus['waits']): string[] {
  const { source, target, failure, conversion, proof, waitingSince, window } = state;
  return [
    ...(window === undefined ? [] : [`  waits     ${describeWindowWait(window)}`]),
    ...(waitingSince === undefined
      ? []
      : [`  waits     for its turn since ${formatTime(waitingSince)}${whyItWaits(waits)}`]),
    `  target    ${target.namespace}/${target.name}${state.targetRunningAt === null ? '' : `, runs since ${formatTime(state.targetRunningAt)}`}`,
    ...(source.stoppedAt === null
      ? []
      : [
          `  source    ${source.stoppedByUs ? 'stopped by us' : 'off'} since ${formatTime(source.stoppedAt)}`,
        ]),
    ...(source.startedAgainAt === null
      ? []
      : [`            started again ${formatTime(source.startedAgainAt)}`]),
    ...(conversion === null ? [] : [`  guest     ${describeGuest(conversion)}`]),
    ...(proof === null ? [] : [`            up, by its ${proof.by}: ${proof.evidence}`]),
    ...(conversion?.warnings ?? []).map((warning) => `            warning: ${warning}`),
    ...(state.hooks ?? []).map(hookLine),
    `  phases    ${state.timings.map(describeTiming).join(', ')}`,
    ...state.decisions.map(decisionLine),
    ...(state.leftOver === undefined ? [] : describeLeftOver(state.leftOver)),
    ...(failure === null ? [] : [`  failure   ${failure.kind}: ${failure.message}; ${failure.remedy}`]),
    ...state.left.map((what) => `  left      ${what}`),
  ];
}

function hookLine({ step, name, attempt, outcome, warning, results }: HookRun): string {
  const said = Object.entries(results).map(([key, value]) => `${key}=${value}`);
  const attempts = attempt === 1 ? '' : `, attempt ${attempt}`;
  const words = [
    `${step} ${name} ${outcome}${attempts}`,
    ...(warning === null ? [] : [`warning: ${warning}`]),
  ];
  return `  hook      ${[...words, ...(said.length === 0 ? [] : [said.join(', ')])].join('; ')}`;
}

function describeRollBack(rollBack: RollBackState): string[] {
  const { asked, target, targetStoppedAt, startsSource, sourceStartedAt, failure } = rollBack;
  const what = asked.action === 'rollBack' ? 'rollback' : 'made final';
  return [
    `  asked     ${what} by ${asked.who}: ${asked.why}`,
    `  migration run ${rollBack.runId}`,
    ...(target === null
      ? []
      : [
          `  target    ${target.namespace}/${target.name}${targetStoppedAt === null ? '' : `, off since ${formatTime(targetStoppedAt)}`}`,
        ]),
    ...(sourceStartedAt === null
      ? startsSource === false
        ? ['  source    stays off']
        : []
      : [`  source    started ${formatTime(sourceStartedAt)}`]),
    `  phases    ${rollBack.timings.map(describeTiming).join(', ')}`,
    ...rollBack.decisions.map(decisionLine),
    ...(failure === null ? [] : [`  failure   ${failure.kind}: ${failure.message}; ${failure.remedy}`]),
    ...rollBack.left.map((text) => `  left      ${text}`),
  ];
}

function decisionLine(decision: Decision): string {
  return `  decision  ${formatTime(decision.at)} ${describeDecision(decision)}`;
}

function whyItWaits(waits: VmStatus['waits']): string {
  if (waits === undefined) return '';
  if (waits === null) return ': transferSlots can not be asked why';
  const reason = mainReason(waits);
  return reason === undefined ? '' : `: ${describeReason(reason)}`;
}

function describeGuest({ converted, os, osinfo, accelerator }: NonNullable<VmState['conversion']>): string {
  if (!converted) return 'not converted';
  return `${systemName(os, osinfo)}, converted${accelerator === 'tcg' ? ' without KVM' : ''}`;
}

/** Older releases of virt-v2v name a Debian by its version alone: `12.11`. */
function systemName(os: string | null, osinfo: string | null): string {
  if (os === null) return osinfo ?? 'an unnamed system';
  return osinfo === null || /[a-z]/i.test(os) ? os : `${osinfo} (${os})`;
}

function describeTiming({
  phase,
  startedAt,
  endedAt,
}: PhaseTiming | RollBackState['timings'][number]): string {
  if (endedAt === null) return `${phase} …`;
  return `${phase} ${formatSeconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}`;
}

function describeLeft(copies: Range | null): string {
  return copies === null
    ? 'time left is unknown until something like them is measured'
    : `${formatRange(copies)} left, without waits`;
}

function renderDisks({ entry, state, steps, left, waits }: VmStatus): string {
  const rows = diskRows({ workflowId: entry.workflowId, name: entry.vm, state, steps });
  const reasonOf = (index: number): string => {
    const key = diskSlot(state?.disks[index]?.key ?? -1);
    const wait = waits?.find((one) => one.key === key);
    return wait === undefined ? '' : `: ${describeReason(wait)}`;
  };
  return renderTable(
    ['DISK', 'METHOD', 'STATE', 'DONE', 'SIZE', 'RATE', 'LEFT', 'ATTEMPT', 'NOTE'],
    rows.map((row, index) => [
      state?.disks[index]?.path ?? row.label,
      row.method,
      row.phase,
      `${percent(row)}%`,
      formatBytes(row.totalBytes),
      row.bytesPerSecond === null ? '' : formatRate(row.bytesPerSecond),
      leftOf(row, left?.disks[index]?.left),
      String(row.attempts),
      `${remarks(row)}${reasonOf(index)}`,
    ]),
  );
}

function leftOf({ phase }: DiskRow, left: Range | null | undefined): string {
  return phase === 'copied' || left == null ? '' : formatRange(left);
}

function remarks({ fallback, warning, note }: DiskRow): string {
  const warned = warning === null ? null : `WARNING: ${warning}`;
  return [fallback, warned, note].filter((text) => text !== null).join('; ');
}

/** Attempts of disks that needed several, or whose only attempt failed. The other disks' rows say it all. */
function renderAttempts({ disks }: VmState): string[] {
  const rows = disks.flatMap(({ index, attemptLog = [] }) =>
    attemptLog.length > 1 || attemptLog.some(({ failure }) => failure !== null)
      ? attemptLog.map((attempt) => attemptRow(index, attempt))
      : [],
  );
  const head = ['DISK', 'ATTEMPT', 'METHOD', 'OUTCOME', 'STARTED', 'TOOK', 'BYTES', 'IMAGE', 'WHY'];
  return rows.length === 0 ? [] : [`\n${renderTable(head, rows)}`];
}

function attemptRow(disk: number, attempt: CopyAttempt): string[] {
  const { number, method, outcome, startedAt, endedAt, bytes, image, failure } = attempt;
  return [
    String(disk),
    String(number),
    method,
    outcome,
    formatTime(startedAt),
    endedAt === null ? '' : formatSeconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
    bytes === null ? '' : formatBytes(bytes),
    image === null ? '' : shortImage(image),
    failure === null ? '' : `${failure.kind}: ${failure.message}`,
  ];
}

/** The first digits of a digest are enough to recognize it; `-o json` has the whole digest. */
function shortImage(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

/** What happens at this moment, and why it waits. */
function renderSteps(steps: readonly RunningActivity[]): string {
  return renderTable(
    ['NOW', 'DISK', 'ATTEMPT', 'LAST HEARD', 'NOTE'],
    steps.map((step) => [
      step.activity,
      step.diskKey === null ? '' : String(step.diskKey),
      String(step.attempt),
      formatTime(step.heartbeatAt ?? step.startedAt ?? '-'),
      [step.progress?.warning, step.progress?.note, step.lastFailure]
        .filter((text) => text != null)
        .join('; '),
    ]),
  );
}
