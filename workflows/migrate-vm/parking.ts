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
import { isWaveId } from '../../plan/workflow-ids';
import {
  abortUpdate,
  adoptUpdate,
  giveUpSignal,
  removeLeftOverUpdate,
  retryUpdate,
  vmParkedSignal,
  vmResumedSignal,
  type VmState,
} from '../temporal-api';
import { fail } from '../failure';
import { fitted, LARGEST_UPDATE_ANSWER } from '../fit';
import { readOperatorRequest, readRetryRequest } from '../inputs';
import { changeAndRetry, requireNoChange } from './changing';
import { runBesideParking } from './hooks';
import { publish } from './publish';
import { roomFault } from './room';
import { giveAllBack } from './slots';
import { decide, parkState, passDeadline, type Migration } from './state';
import { now, secondsFromNow } from '../time';

/** Hears operators for the whole life of the migration. `stopForward` ends whatever runs on the way forward. */
export function hearOperators(migration: Migration, stopForward: () => void): void {
  const { state, memory } = migration;
  const stop = () => {
    memory.changing?.cancel();
    stopForward();
  };
  hearWave(migration, stop);
  hearOfLeftOver(migration);
  hearRetries(migration);
  setHandler(
    abortUpdate,
    ({ who, why }) => {
      decide(migration, { at: now(), action: 'abort', who, why });
      stop();
      return answer(state);
    },
    {
      validator: (...args) => {
        requireWord(args, readOperatorRequest);
        if (memory.givenUp)
          throw fail('InvalidInput', `${state.vm.name} is being given up already; see its decisions`);
      },
    },
  );
}

/** Two ways to go on where an unfinished run has left something: keep what is proven, or remove it. */
function hearOfLeftOver(migration: Migration): void {
  const { state, memory } = migration;
  const validator = (...args: readonly unknown[]) => {
    requireWord(args, readOperatorRequest);
    requireRoom();
    const kind = state.attention?.failure.kind;
    if (kind === 'TargetLeftOver') return;
    const stands = kind === undefined ? 'waits for no one' : `is parked as ${kind}`;
    throw fail(
      'InvalidInput',
      `${state.vm.name} ${stands}: only a VM that is parked as TargetLeftOver has something to adopt or to remove`,
    );
  };
  setHandler(
    adoptUpdate,
    ({ who, why }) => {
      migration.vm = { ...migration.vm, adopt: true };
      decide(migration, { at: now(), action: 'adopt', who, why });
      return answer(state);
    },
    { validator },
  );
  setHandler(
    removeLeftOverUpdate,
    ({ who, why }) => {
      memory.removesLeftOver = true;
      decide(migration, { at: now(), action: 'removeLeftOver', who, why });
      return answer(state);
    },
    { validator },
  );
}

function hearRetries(migration: Migration): void {
  const { state } = migration;
  setHandler(
    retryUpdate,
    async (request) => {
      const { who, why, changes } = request;
      if (changes === undefined) decide(migration, { at: now(), action: 'retry', who, why });
      else await changeAndRetry(migration, request);
      return answer(state);
    },
    {
      validator: (...args) => {
        requireWord(args, readRetryRequest);
        requireRoom();
        if (state.attention === null)
          throw fail(
            'InvalidInput',
            `nothing to retry: ${state.vm.name} is in phase ${state.phase} and waits for no one`,
          );
        if (args[0].changes !== undefined) requireNoChange(migration);
      },
    },
  );
}

/** A wave can send no update. What is no word of an operator, or comes too late, changes nothing. */
function hearWave(migration: Migration, stop: () => void): void {
  setHandler(giveUpSignal, (...args) => {
    const { value } = readOperatorRequest(args[0]);
    if (value === undefined || args.length > 1 || migration.memory.givenUp) return;
    decide(migration, { at: now(), action: 'abort', ...value });
    stop();
  });
}

/** Foreign data: any client may have sent it. */
export function requireWord(
  args: readonly unknown[],
  read: (word: unknown) => { wrong: string | null },
): void {
  const { wrong } = read(args[0]);
  if (wrong !== null) throw fail('InvalidInput', wrong);
  if (args.length > 1)
    throw fail('InvalidInput', `there are ${args.length} arguments; give one, who and why.`);
}

/** @throws `InvalidInput` where the history is so long that no retry must make it longer */
export function requireRoom(): void {
  const fault = roomFault(workflowInfo());
  if (fault !== null) throw fail('InvalidInput', fault);
}

/** The answer stays in the history: attempts, and logs of hooks, are looked up by the query. */
export function answer(state: VmState): VmState {
  const disks = state.disks.map(({ attemptLog: _, ...disk }) => disk);
  const hooks = state.hooks?.map((run) => ({ ...run, log: [] }));
  return fitted({ ...state, disks, ...(hooks !== undefined && { hooks }) }, LARGEST_UPDATE_ANSWER);
}

/** Waits for an operator, a cancellation or the deadline. Which one it was is in the migration's decisions. */
export async function park(migration: Migration, failure: Failure): Promise<void> {
  const { vm, state } = migration;
  const seconds = vm.policy.parkDeadlineSeconds;
  parkState(migration, { since: now(), deadline: secondsFromNow(seconds), failure });
  publish(state);
  giveAllBack(migration);
  await tellWave(vmParkedSignal, vm.vm.moref);
  const endHook = runBesideParking(migration);
  try {
    const decided = await condition(() => state.attention === null, seconds * 1000);
    if (!decided) passDeadline(migration, now());
  } finally {
    if (endHook !== null) await endHook();
    await tellWave(vmResumedSignal, vm.vm.moref);
  }
}

/** A parent that is no wave does not know these signals. A wave that has ended has no use for them. */
async function tellWave(signal: SignalDefinition<[string]>, moref: string): Promise<void> {
  const parent = workflowInfo().parent;
  if (parent === undefined || !isWaveId(parent.workflowId)) return;
  const wave = getExternalWorkflowHandle(parent.workflowId);
  await CancellationScope.nonCancellable(() => wave.signal(signal, moref)).catch(() => undefined);
}
