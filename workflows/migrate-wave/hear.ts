/** Operators' words to a wave, as updates: any client may send them, at any time. */
import type { UpdateDefinition } from '@temporalio/common';
import { setHandler, workflowInfo } from '@temporalio/workflow';
import {
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  skipUpdate,
  type OperatorRequest,
  type WaveAnswer,
  type WaveDecision,
  type WaveState,
} from '../temporal-api';
import { fail } from '../failure';
import { fitted, LARGEST_UPDATE_ANSWER } from '../fit';
import { readWaveRequest, type WaveRequests } from '../inputs';
import { roomFault } from '../migrate-vm/room';
import { now } from '../time';
import { decide } from './decide';
import { apply, JUDGES, type WaveAction } from './steering';
import { updateHolds, viewOf } from './state';

/** The answer stays in the history; the state has all. */
const MOST_HOLDS_ANSWERED = 10;

/** @param changed is called after each word that changed something */
export function hearOperators(state: WaveState, changed: () => void): void {
  const hear = <R extends OperatorRequest>(action: WaveAction, update: UpdateDefinition<WaveAnswer, [R]>) =>
    setHandler(update, (request) => answer(state, { action, request, changed }), {
      validator: (...args) => {
        const judged = JUDGES[action](state, requireRequest(state, action, args));
        if ('refusal' in judged) throw fail('InvalidInput', judged.refusal);
      },
    });
  hear('pause', pauseUpdate);
  hear('resume', resumeUpdate);
  hear('skip', skipUpdate);
  hear('cancel', cancelUpdate);
}

function answer(
  state: WaveState,
  { action, request, changed }: { action: WaveAction; request: OperatorRequest; changed: () => void },
): WaveAnswer {
  const judged = JUDGES[action](state, request);
  // Between the validator and this, nothing else runs.
  if ('refusal' in judged) throw fail('InvalidInput', judged.refusal);
  apply(state, judged, { at: now(), action, who: request.who, why: request.why });
  if (judged.change !== null) changed();
  return answerOf(state, { changed: judged.change !== null, done: judged.done });
}

/** Why VMs wait, after it. */
export function answerOf<T extends Omit<WaveAnswer, 'holds'>>(
  state: WaveState,
  said: T,
): T & Pick<WaveAnswer, 'holds'> {
  updateHolds(state, decide(viewOf(state)).holds, now());
  const holds = (state.holds ?? []).slice(0, MOST_HOLDS_ANSWERED);
  return fitted({ ...said, holds }, LARGEST_UPDATE_ANSWER);
}

/** Foreign data: any client may have sent it. */
export function requireRequest<A extends WaveDecision['action']>(
  state: WaveState,
  action: A,
  args: readonly unknown[],
): WaveRequests[A] {
  const { value, wrong } = readWaveRequest(action, args[0]);
  if (value === undefined) throw fail('InvalidInput', wrong ?? '');
  if (args.length > 1) throw fail('InvalidInput', `there are ${args.length} arguments; give one.`);
  const fault = action === 'cancel' ? null : roomFault(workflowInfo());
  if (fault !== null) throw fail('InvalidInput', fault);
  if (state.phase === 'ended') throw fail('InvalidInput', 'the wave has ended');
  return value;
}
