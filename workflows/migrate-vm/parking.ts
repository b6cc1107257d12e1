/** Where a failed migration waits, and the words that end the wait. */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
  type SignalDefinition,
} from '@temporalio/workflow';
import type { Failure } from '../../plan/failures';
import { abortUpdate, retryUpdate, vmParkedSignal, vmResumedSignal, type OperatorRequest } from '../contract';
import { fail } from '../failure';
import { publish } from './publish';
import { decide, parkState, passDeadline, type Migration } from './state';
import { now, secondsFromNow } from '../time';

/** Ids of waves begin so. A parent of another kind would not know what to do with our signals. */
const WAVE_PREFIX = 'migrate/';

/** Hears operators for the whole life of the migration. `stop` ends whatever runs on the way forward. */
export function hearOperators(migration: Migration, stop: () => void): void {
  const { state, facts } = migration;
  setHandler(
    retryUpdate,
    ({ who, why }) => {
      decide(migration, { at: now(), action: 'retry', who, why });
      return state;
    },
    {
      validator: (request) => {
        requireNames(request);
        if (state.attention === null)
          throw fail(
            'InvalidInput',
            `nothing to retry: ${state.vm.name} is in phase ${state.phase} and waits for no one`,
          );
      },
    },
  );
  setHandler(
    abortUpdate,
    ({ who, why }) => {
      decide(migration, { at: now(), action: 'abort', who, why });
      stop();
      return state;
    },
    {
      validator: (request) => {
        requireNames(request);
        if (facts.givenUp)
          throw fail('InvalidInput', `${state.vm.name} is being given up already; see its decisions`);
      },
    },
  );
}

/** Foreign data: any client may have sent it. */
function requireNames(request: Partial<OperatorRequest> | undefined): void {
  for (const field of ['who', 'why'] as const) {
    const text: unknown = request?.[field];
    if (typeof text !== 'string' || text.trim() === '')
      throw fail('InvalidInput', `${field} must be given: it is kept in the record`);
  }
}

/** Waits for an operator, a cancellation or the deadline. Which one it was is in the migration's decisions. */
export async function park(migration: Migration, failure: Failure): Promise<void> {
  const { vm, state } = migration;
  const seconds = vm.policy.parkDeadlineSeconds;
  parkState(migration, { since: now(), deadline: secondsFromNow(seconds), failure });
  publish(state);
  await tellWave(vmParkedSignal, vm.vm.moref);
  try {
    const decided = await condition(() => state.attention === null, seconds * 1000);
    if (!decided) passDeadline(migration, now());
  } finally {
    await tellWave(vmResumedSignal, vm.vm.moref);
  }
}

/** A wave that has ended has no use for the word. */
async function tellWave(signal: SignalDefinition<[string]>, moref: string): Promise<void> {
  const parent = workflowInfo().parent;
  if (parent === undefined || !parent.workflowId.startsWith(WAVE_PREFIX)) return;
  const wave = getExternalWorkflowHandle(parent.workflowId);
  await CancellationScope.nonCancellable(() => wave.signal(signal, moref)).catch(() => undefined);
}
