/** A wave as data: which of its VMs wait, run, are parked or have ended. Pure. */
import type { Failure } from '../../plan/failures';
import type { Standing } from '../../plan/windows';
import type { WaveDecision, WaveHold, WaveOutcome, WaveState, WaveVm } from '../temporal-api';
import { NO_RULES, type WaveView } from './decide';

export function newWaveState(): WaveState {
  return {
    plan: { namespace: '', name: '' },
    phase: 'resolving',
    problems: [],
    maxConcurrentVms: 1,
    vms: [],
  };
}

export function isRefused(state: WaveState): boolean {
  return state.problems.some((problem) => problem.severity === 'error');
}

/** Until the wave has looked. */
const UNKNOWN: Standing = { open: false, until: null, local: null };

/** As the deciding core has it. */
export function viewOf(state: WaveState): WaveView<WaveVm> {
  const { vms, maxConcurrentVms, rules, paused, released, window } = state;
  return {
    vms,
    maxConcurrentVms,
    rules: rules ?? NO_RULES,
    paused: paused ?? null,
    released: released ?? { canary: false, groups: [] },
    ...(rules?.startWindows !== undefined && { window: window ?? UNKNOWN }),
  };
}

/** What held before keeps its time. */
export function updateHolds(state: WaveState, holds: readonly Omit<WaveHold, 'since'>[], now: string): void {
  const former = state.holds ?? [];
  const since = ({ kind, group }: Omit<WaveHold, 'since'>): string =>
    former.find((hold) => hold.kind === kind && hold.group === group)?.since ?? now;
  if (holds.length === 0) delete state.holds;
  else state.holds = holds.map((hold) => ({ ...hold, since: since(hold) }));
}

/** Decisions that a record holds. Of more, the last; all are in the workflow's history. */
const MOST_DECISIONS_KEPT = 100;

export function keepDecision(state: WaveState, decision: WaveDecision): void {
  state.decisions = [...(state.decisions ?? []).slice(1 - MOST_DECISIONS_KEPT), decision];
}

/** The server has it. It may have parked, and said so, already. */
export function setStarted(vm: WaveVm): void {
  if (vm.phase === 'starting') vm.phase = 'running';
}

export function setParked({ vms }: WaveState, moref: string, parked: boolean): void {
  const vm = vms.find((candidate) => candidate.moref === moref);
  // A word that arrives after the end, or before the start of a later run of the VM, says nothing about this one.
  if (vm === undefined || vm.phase === 'queued' || vm.phase === 'ended') return;
  vm.phase = parked ? 'parked' : 'running';
}

/** One that was queued until now. */
export function endUnstarted(vm: WaveVm, outcome: 'skipped' | 'aborted'): void {
  endVm(vm, outcome, null);
  vm.unstarted = true;
}

export function endVm(vm: WaveVm, outcome: WaveOutcome, failure: Failure | null): void {
  Object.assign(vm, { phase: 'ended', outcome, failure } satisfies Partial<WaveVm>);
}
