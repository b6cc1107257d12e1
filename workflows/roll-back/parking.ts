/** Where a rollback waits that can't go on, and the words that end the wait: those of a migration. */
import { condition, setHandler } from '@temporalio/workflow';
import type { Failure } from '../../plan/failures';
import { fail } from '../failure';
import { fitted, LARGEST_UPDATE_ANSWER } from '../fit';
import { readOperatorRequest } from '../inputs';
import { requireRoom, requireWord } from '../migrate-vm/parking';
import { DROVER } from '../migrate-vm/state';
import { abortRollBackUpdate, retryRollBackUpdate, type OperatorRequest } from '../temporal-api';
import { now, secondsFromNow } from '../time';
import { publish } from './publish';
import { decide, foundOf, parkState, type RollBack } from './state';

/** Hears operators for the whole life of the rollback. `stop` ends whatever runs on the way forward. */
export function hearOperators(rollBack: RollBack, stop: () => void): void {
  const { state } = rollBack;
  const word =
    (action: 'retry' | 'abort', then: () => void) =>
    ({ who, why }: OperatorRequest) => {
      decide(rollBack, { at: now(), action, who, why });
      then();
      return fitted(state, LARGEST_UPDATE_ANSWER);
    };
  setHandler(
    retryRollBackUpdate,
    word('retry', () => undefined),
    {
      validator: (...args) => {
        requireWord(args, readOperatorRequest);
        requireRoom();
        if (state.attention === null)
          throw fail(
            'InvalidInput',
            `nothing to retry: the rollback is in phase ${state.phase} and waits for no one`,
          );
      },
    },
  );
  setHandler(abortRollBackUpdate, word('abort', stop), {
    validator: (...args) => {
      requireWord(args, readOperatorRequest);
      requireNotTooLate(rollBack);
    },
  });
}

function requireNotTooLate({ state, memory }: RollBack): void {
  if (memory.givenUp)
    throw fail('InvalidInput', `the rollback of ${state.vm.name} is being given up already`);
  if (memory.startedSource)
    throw fail(
      'InvalidInput',
      `the source of ${state.vm.name} was started: the rollback can only be finished`,
    );
}

/** Waits for an operator, a cancellation or the deadline. Which one it was is in the decisions. */
export async function park(rollBack: RollBack, failure: Failure): Promise<void> {
  const { state, memory } = rollBack;
  const seconds = foundOf(rollBack).migration.vm.policy.parkDeadlineSeconds;
  parkState(rollBack, { since: now(), deadline: secondsFromNow(seconds), failure });
  publish(state);
  const decided = await condition(() => state.attention === null, seconds * 1000);
  if (decided) return;
  // Once the source was started nothing can be given up: the same step is tried again.
  const action = memory.startedSource ? 'retry' : 'deadline';
  decide(rollBack, { at: now(), action, who: DROVER, why: `no one decided within ${seconds} s` });
}
