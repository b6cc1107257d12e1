/** The update `reset`. It has a file of its own beside `parking.ts`, as few migrations ever hear it. */
import { setHandler } from '@temporalio/workflow';
import { fail } from '../failure';
import { readResetRequest } from '../inputs';
import { resetUpdate } from '../temporal-api';
import { now } from '../time';
import { requireNoChange } from './changing';
import { answer, requireRoom } from './parking';
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
        const { value, wrong } = readResetRequest(args[0]);
        if (value === undefined) throw fail('InvalidInput', wrong ?? '');
        if (args.length > 1)
          throw fail('InvalidInput', `there are ${args.length} arguments; give one: who, why and to.`);
        requireRoom();
        requireNoChange(migration);
        const refusal = whyNoReset(migration, value.to);
        if (refusal !== null)
          throw fail('InvalidInput', `${state.vm.name} can't be reset to ${value.to}: ${refusal}`);
      },
    },
  );
}
