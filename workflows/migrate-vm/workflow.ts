import { allHandlersFinished, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { FrozenVm } from '../../plan/frozen';
import type { Failure } from '../../plan/failures';
import { stateQuery, type Outcome, type Phase, type VmResult } from '../temporal-api';
import { failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { lookAtLeftOver } from './adopt';
import { hearResets } from './hear-resets';
import { hearOperators, park } from './parking';
import { PHASE_WORK, isDone, nextPhase } from './phases';
import { givesUpByPolicy } from './on-failure';
import { publish } from './publish';
import { restore } from './restore';
import { giveAllBack, hearSlots, saidAll } from './slots';
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
  hearResets(migration);
  hearSlots(migration);
  return failTyped(async () => {
    try {
      return await migrate(migration, forward);
    } finally {
      await CancellationScope.nonCancellable(() => saidAll(migration));
      // Whoever asked for changes hears that they came too late.
      await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    }
  });
}

async function migrate(migration: Migration, forward: CancellationScope): Promise<VmResult> {
  await goForward(migration, forward);
  giveAllBack(migration);
  if (migration.memory.doneBefore) return conclude(migration, 'alreadyMigrated');
  if (!migration.memory.givenUp) return conclude(migration, 'succeeded');
  await CancellationScope.nonCancellable(() => giveBack(migration));
  return conclude(migration, 'aborted');
}

/** Ends when every phase is done or the migration is given up, and nothing of a phase runs any more. */
async function goForward(migration: Migration, scope: CancellationScope): Promise<void> {
  try {
    await scope.run(() => runPhases(migration));
  } catch (error) {
    if (!scope.consideredCancelled) throw error;
  }
  // An abort has recorded its decision itself. Work that was cancelled too late may have ended well: the abort still counts.
  if (scope.consideredCancelled && !migration.memory.givenUp) {
    decide(migration, { at: now(), action: 'cancel', who: 'temporal', why: 'the workflow was cancelled' });
  }
}

async function runPhases(migration: Migration): Promise<void> {
  for (let phase = nextPhase(migration); phase !== null; phase = nextPhase(migration)) {
    const failure = await runPhase(migration, phase, PHASE_WORK[phase]);
    if (CancellationScope.current().consideredCancelled) return;
    if (failure?.kind === 'AlreadyMigrated') return findDone(migration, failure);
    if (failure !== null) await standStill(migration, failure);
    else if (isDone(migration, phase)) migration.memory.done.add(phase);
    if (migration.memory.givenUp) return;
  }
}

/** The plan may give the migration up where nobody is there to decide. */
async function standStill(migration: Migration, failure: Failure): Promise<void> {
  if (givesUpByPolicy(migration, failure, now())) return;
  if (failure.kind === 'TargetLeftOver') await lookAtLeftOver(migration);
  await park(migration, failure);
}

/** Restores until nothing fails: an operator can only retry a failed `restore`. */
async function giveBack(migration: Migration): Promise<void> {
  for (;;) {
    const failure = await runPhase(migration, 'restore', restore);
    if (failure === null) return;
    await park(migration, failure);
  }
}

/** Does the work of one phase. Returns its failure, and null where there is none. */
async function runPhase(
  migration: Migration,
  phase: Phase,
  work: (migration: Migration) => Promise<void>,
): Promise<Failure | null> {
  beginPhase(migration.state, phase, now());
  publish(migration.state);
  try {
    await work(migration);
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
