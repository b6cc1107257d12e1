/** The update `reset`: what it undoes, and where it is refused, says `reset.ts`. */
import { setHandler } from '@temporalio/workflow';
import { fail } from '../failure';
import { readResetRequest } from '../inputs';
import { resetUpdate } from '../temporal-api';
import { now } from '../time';
import { requireNoChange } from './changing';
import { answer, requireRoom, requireWord } from './parking';
import { resetTo, whyNoReset } from './reset';
import { decide, type Migration } from './state';

export function hearResets(migration: Migration): void {
  const { state } = migration;
  setHandler(
    resetUpdate,
    ({ who, why, to }) => {
      resetTo(migration, to);
      decide(migration, { at: now(), action: 'reset', who, why, to });
      return answer(state);
    },
    {
      validator: (...args) => {
        requireWord(args, readResetRequest);
        requireRoom();
        requireNoChange(migration);
        const [{ to }] = args;
        const refusal = whyNoReset(migration, to);
        if (refusal !== null)
          throw fail('InvalidInput', `${state.vm.name} can't be reset to ${to}: ${refusal}`);
      },
    },
  );
}
