/**
 * One rollback as data: what everybody may see of it, and what it has to remember to go on after a failure. Pure; `at` is
 * always the workflow's time, ISO 8601.
 */
import type { FinishedMigration, TargetLook } from '../../activities/interfaces';
import type { Failure } from '../../plan/failures';
import type { Decision, FinishedRequest, RollBackInput, RollBackPhase, RollBackState } from '../temporal-api';

export interface RollBack {
  readonly input: RollBackInput;
  readonly state: RollBackState;
  readonly memory: Memory;
}

/** What the look has found. */
export interface Found {
  migration: FinishedMigration;
  /** As it was before anything was touched. */
  target: TargetLook;
}

interface Memory {
  found: Found | null;
  done: Set<RollBackPhase>;
  /** True once it was decided that this rollback is not to go on. */
  givenUp: boolean;
  /** Whether it works as the patch `rollback-beside` says. */
  worksBeside: boolean;
  /** Set before the target is halted: it may have been. */
  halts: boolean;
  /** Set before the source is started: from then on the target must stay off. */
  startedSource: boolean;
}

export function newRollBack(input: RollBackInput, at: string): RollBack {
  const state = newState(input, 'rollBack', at);
  return {
    input,
    state: { ...state, deletesTarget: input.deleteTarget === true },
    memory: {
      found: null,
      done: new Set(),
      givenUp: false,
      worksBeside: false,
      halts: false,
      startedSource: false,
    },
  };
}

export function newState(
  { moref, runId, who, why }: FinishedRequest,
  action: 'rollBack' | 'finalize',
  at: string,
): RollBackState {
  return {
    vm: { name: moref, moref },
    plan: null,
    target: null,
    runId,
    asked: { at, action, who, why },
    phase: 'look',
    outcome: null,
    attention: null,
    timings: [],
    targetStoppedAt: null,
    startsSource: null,
    sourceStartedAt: null,
    deletesTarget: false,
    decisions: [],
    failure: null,
    left: [],
  };
}

/** Names the VM by the record of its migration. */
export function nameVm(state: RollBackState, { vm }: FinishedMigration): void {
  state.vm = { name: vm.vm.name, moref: vm.vm.moref };
  state.plan = vm.plan;
  state.target = { namespace: vm.namespace, name: vm.targetName };
}

/** Runs of phases and decisions that a record holds. Of more, the last. */
const MOST_KEPT = 100;

export function beginPhase(state: RollBackState, phase: RollBackPhase, at: string): void {
  state.phase = phase;
  state.timings = [...state.timings.slice(1 - MOST_KEPT), { phase, startedAt: at, endedAt: null }];
}

/** A failure on the way back does not hide why the rollback was given up. */
export function parkState(
  { state, memory }: RollBack,
  { since, deadline, failure }: { since: string; deadline: string; failure: Failure },
): void {
  state.attention = { phase: state.phase, since, deadline, failure };
  if (!memory.givenUp) state.failure = failure;
}

/** Records who decided, and ends the wait for a decision. */
export function decide({ state, memory }: RollBack, decision: Decision): void {
  state.decisions = [...state.decisions.slice(1 - MOST_KEPT), decision];
  state.attention = null;
  if (decision.action !== 'retry') memory.givenUp = true;
  else if (!memory.givenUp) state.failure = null;
}

/** @throws where the look has not ended well: every phase after it may rely on it */
export function foundOf({ memory }: RollBack): Found {
  if (memory.found === null) throw new TypeError('the rollback has looked at nothing yet');
  return memory.found;
}
