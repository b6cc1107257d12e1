import { CancellationScope, setHandler } from '@temporalio/workflow';
import type { Failure } from '../../plan/failures';
import { failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { patched } from '../patches';
import { endPhase } from '../migrate-vm/state';
import {
  rollBackStateQuery,
  type RollBackInput,
  type RollBackOutcome,
  type RollBackPhase,
  type RollBackResult,
} from '../temporal-api';
import { now } from '../time';
import { hearOperators, park } from './parking';
import { look, runTarget, workLeft } from './phases';
import { publish } from './publish';
import { beginPhase, decide, newRollBack, type RollBack } from './state';

/**
 * Goes back from a migration that succeeded: stops the target, starts the source, keeps or removes the target. It runs under
 * the id of the migration, so no other workflow of the VM runs beside it. A look that finds a reason against it ends it; a
 * later step that fails parks it, as a migration parks.
 */
export async function rollBackVm(input: RollBackInput): Promise<RollBackResult> {
  const rollBack = newRollBack(input, now());
  rollBack.memory.worksBeside = patched('rollback-beside');
  const forward = new CancellationScope();
  setHandler(rollBackStateQuery, () => fitted(rollBack.state));
  hearOperators(rollBack, () => forward.cancel());
  return failTyped(async () => conclude(rollBack, await goBack(rollBack, forward)));
}

async function goBack(rollBack: RollBack, forward: CancellationScope): Promise<RollBackOutcome> {
  const refusal = await inScope(rollBack, forward, () => runPhase(rollBack, 'look', look));
  if (!rollBack.memory.givenUp) {
    rollBack.state.failure = refusal ?? null;
    if (refusal != null) return 'refused';
    await inScope(rollBack, forward, () => runPhases(rollBack));
  }
  if (!rollBack.memory.givenUp) return 'rolledBack';
  await CancellationScope.nonCancellable(() => giveUp(rollBack));
  return 'aborted';
}

/** Undefined where the work was stopped. An abort has recorded its decision itself; a cancellation has not. */
async function inScope<T>(
  rollBack: RollBack,
  scope: CancellationScope,
  work: () => Promise<T>,
): Promise<T | undefined> {
  let result: T | undefined;
  try {
    result = await scope.run(work);
  } catch (error) {
    if (!scope.consideredCancelled) throw error;
  }
  if (scope.consideredCancelled && !rollBack.memory.givenUp)
    decide(rollBack, { at: now(), action: 'cancel', who: 'temporal', why: 'the workflow was cancelled' });
  return result;
}

async function runPhases(rollBack: RollBack): Promise<void> {
  for (let left = workLeft(rollBack); left[0] !== undefined; left = workLeft(rollBack)) {
    const [phase, work] = left[0];
    const failure = await runPhase(rollBack, phase, work);
    if (CancellationScope.current().consideredCancelled) return;
    if (failure !== null) await park(rollBack, failure);
    else rollBack.memory.done.add(phase);
    if (rollBack.memory.givenUp) return;
  }
}

/** Until nothing fails: an operator can only retry. */
async function giveUp(rollBack: RollBack): Promise<void> {
  if (rollBack.memory.found === null) return;
  for (;;) {
    const failure = await runPhase(rollBack, 'run-target', runTarget);
    if (failure === null) return;
    await park(rollBack, failure);
  }
}

/** Does the work of one phase. Returns its failure, and null where there is none. */
async function runPhase(
  rollBack: RollBack,
  phase: RollBackPhase,
  work: (rollBack: RollBack) => Promise<void>,
): Promise<Failure | null> {
  const { state } = rollBack;
  beginPhase(state, phase, now());
  publish(state);
  try {
    await work(rollBack);
    return null;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) return null;
    return toFailure(error);
  } finally {
    endPhase(state, now());
  }
}

function conclude({ state }: RollBack, outcome: RollBackOutcome): RollBackResult {
  state.outcome = outcome;
  publish(state);
  return fitted({ ...state, outcome });
}
