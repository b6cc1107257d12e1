/** Ends the time in which a migration can be rolled back. */
import { setHandler } from '@temporalio/workflow';
import { vmRef } from '../../plan/vm-ref';
import { back } from '../activity-proxies';
import { fail, failTyped, toFailure } from '../failure';
import { fitted } from '../fit';
import { endPhase } from '../migrate-vm/state';
import {
  rollBackStateQuery,
  type FinishedRequest,
  type RollBackResult,
  type RollBackState,
} from '../temporal-api';
import { now } from '../time';
import { publish } from './publish';
import { beginPhase, nameVm, newState } from './state';

/** Notes on the target and its volumes that they are final. A target that is final stays so; one that was rolled back is refused. */
export async function finalizeVm(request: FinishedRequest): Promise<RollBackResult> {
  const state = newState(request, 'finalize', now());
  setHandler(rollBackStateQuery, () => fitted(state));
  return failTyped(async () => {
    beginPhase(state, 'finalize', now());
    try {
      await finalize(state, request);
      state.outcome = 'final';
    } catch (error) {
      state.failure = toFailure(error);
      state.outcome = 'refused';
    }
    endPhase(state, now());
    publish(state);
    return fitted({ ...state, outcome: state.outcome });
  });
}

async function finalize(state: RollBackState, { vcenterUuid, moref, runId }: FinishedRequest): Promise<void> {
  const migration = await back.readMigration({ vcenterUuid, moref, runId });
  nameVm(state, migration);
  publish(state);
  const vm = vmRef(migration.vm);
  const target = await back.lookAtTarget(vm, runId);
  if (target.rolledBackAt !== null)
    throw fail(
      'TargetChanged',
      `the target was rolled back at ${target.rolledBackAt}: there is nothing to finalize`,
    );
  await back.noteFinal({ vm, uid: target.uid });
}
