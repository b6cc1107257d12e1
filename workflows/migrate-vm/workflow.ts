import { CancellationScope, setHandler } from '@temporalio/workflow';
import type { FrozenVm } from '../../plan/frozen';
import type { Failure } from '../../plan/failures';
import { stateQuery, type Outcome, type Phase, type VmResult } from '../temporal-api';
import { failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { hearOperators, park } from './parking';
import { PHASE_WORK, isDone, nextPhase } from './phases';
import { publish } from './publish';
import { restore } from './restore';
import { beginPhase, decide, endPhase, findDone, newMigration, type Migration } from './state';
import { undoWhatFailed } from './undo';
import { now } from '../time';

/**
 * Moves one VM. A phase that fails parks the migration until an operator's `retry` or `abort`, a cancellation or
 * the deadline; a migration that is given up leaves the source as it was and nothing of ours at the target.
 */
export async function migrateVm(vm: FrozenVm): Promise<VmResult> {
  const migration = newMigration(vm);
  const forward = new CancellationScope();
  setHandler(stateQuery, () => fitted(migration.state));
  hearOperators(migration, () => forward.cancel());
  return failTyped(async () => {
    await goForward(migration, forward);
    if (migration.facts.doneBefore) return conclude(migration, 'alreadyMigrated');
    if (!migration.facts.givenUp) return conclude(migration, 'succeeded');
    await CancellationScope.nonCancellable(() => giveBack(migration));
    return conclude(migration, 'aborted');
  });
}

/** Ends when every phase is done or the migration is given up, and nothing of a phase runs any more. */
async function goForward(migration: Migration, scope: CancellationScope): Promise<void> {
  try {
    await scope.run(() => runPhases(migration));
  } catch (error) {
    if (!scope.consideredCancelled) throw error;
  }
  // An abort has said so itself. A step that was cancelled too late may have ended well: the word still counts.
  if (scope.consideredCancelled && !migration.facts.givenUp) {
    decide(migration, { at: now(), action: 'cancel', who: 'temporal', why: 'the workflow was cancelled' });
  }
}

async function runPhases(migration: Migration): Promise<void> {
  for (let phase = nextPhase(migration); phase !== null; phase = nextPhase(migration)) {
    const failure = await attempt(migration, phase, PHASE_WORK[phase]);
    if (CancellationScope.current().consideredCancelled) return;
    if (failure?.kind === 'AlreadyMigrated') return findDone(migration, failure);
    if (failure !== null) await park(migration, failure);
    else if (isDone(migration, phase)) migration.facts.done.add(phase);
    if (migration.facts.givenUp) return;
  }
}

/** There is no giving up on this: it is tried until it is done. */
async function giveBack(migration: Migration): Promise<void> {
  for (;;) {
    const failure = await attempt(migration, 'restore', restore);
    if (failure === null) return;
    await park(migration, failure);
  }
}

/** Runs a step under its phase's name; says why it failed. */
async function attempt(
  migration: Migration,
  phase: Phase,
  step: (migration: Migration) => Promise<void>,
): Promise<Failure | null> {
  beginPhase(migration.state, phase, now());
  publish(migration.state);
  try {
    await step(migration);
    return null;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) return null;
    const failure = toFailure(error);
    await undoWhatFailed(migration, failure.kind, phase);
    return failure;
  } finally {
    endPhase(migration.state, now());
  }
}

function conclude({ state }: Migration, outcome: Outcome): VmResult {
  state.outcome = outcome;
  publish(state);
  return fitted({ ...state, outcome });
}
