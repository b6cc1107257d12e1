/** Operators' words to `transferSlots`: any client may send them, at any time. */
import { condition, setHandler, upsertMemo } from '@temporalio/workflow';
import { fail } from '../failure';
import { readLimitsRequest } from '../inputs';
import { now } from '../time';
import { happen, type Coordinator } from './coordinator';
import {
  answerOf,
  changeLimits,
  describeChanges,
  limitsFault,
  recordOf,
  viewOfLimits,
  type LimitsAnswer,
} from './limits';
import { LIMITS_MEMO, limitsQuery, setLimitsUpdate, type LimitsRequest } from './messages';
import { defaultLimits } from './resources';

export function hearOperators(coordinator: Coordinator): void {
  setHandler(limitsQuery, () => {
    const { limits, slots, decisions, note } = coordinator;
    return viewOfLimits(limits ?? defaultLimits(), slots, { decisions, note });
  });
  setHandler(setLimitsUpdate, (request) => setLimits(coordinator, request), {
    validator: (...args) => requireSense(args),
  });
}

/** What a run before this one has left must be known first: it may be all that the request does not name. */
async function setLimits(
  coordinator: Coordinator,
  { who, why, limits: changes }: LimitsRequest,
): Promise<LimitsAnswer> {
  await condition(() => coordinator.limits !== null);
  const before = coordinator.limits ?? defaultLimits();
  const limits = changeLimits(before, changes);
  const fault = limitsFault(limits);
  if (fault !== null) throw fail('InvalidInput', fault);
  coordinator.limits = limits;
  if (coordinator.isOpen) happen(coordinator, { kind: 'limits', limits });
  const answer = answerOf(coordinator, before, changes);
  if (answer.changed) {
    coordinator.decisions.push({ at: now(), who, why, what: describeChanges(changes) });
    coordinator.note = null;
    keepLimits(coordinator);
  }
  return answer;
}

/** Beside the run, for whoever begins after this one was ended from outside. */
export function keepLimits(coordinator: Coordinator): void {
  const record = recordOf(coordinator.limits ?? defaultLimits(), coordinator.decisions);
  coordinator.decisions = record.decisions;
  upsertMemo({ [LIMITS_MEMO]: record });
}

/** Foreign data: any client may have sent it. */
function requireSense(args: readonly unknown[]): void {
  const { value, wrong } = readLimitsRequest(args[0]);
  if (value === undefined) throw fail('InvalidInput', wrong ?? '');
  if (args.length > 1) throw fail('InvalidInput', `there are ${args.length} arguments; give one.`);
}
