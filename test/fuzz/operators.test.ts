/** Operators' words to a migration, and what is signalled to a wave: any Temporal client sends them. */
import fc from 'fast-check';
import { LONGEST_WHO, LONGEST_WHY } from '../../plan/field-limits';
import { visible } from '../../plan/visible';
import type { WaveState } from '../../workflows/temporal-api';
import { LARGEST_UPDATE_ANSWER, bytesOf, fitted } from '../../workflows/fit';
import { readOperatorRequest } from '../../workflows/inputs';
import { decide, newMigration } from '../../workflows/migrate-vm/state';
import { queue } from '../../workflows/migrate-wave/before-pages-state';
import { newWaveState, setParked } from '../../workflows/migrate-wave/state';
import { BY_PLUGIN, frozenVm } from '../support/frozen-vm';
import { fuzz } from './support/fuzz';
import { mutated, nastyText } from './support/mutations';

const LONGEST_ANSWER = 2_000;
const WORDS = [
  { who: 'ada', why: 'the array is back' },
  { who: 'a'.repeat(LONGEST_WHO), why: '語'.repeat(LONGEST_WHY) },
];
const VM = frozenVm({ methods: [BY_PLUGIN] });
const OTHER = frozenVm();

fuzz(
  'a word of an operator is heard, or refused in one line, and the answer stays small',
  fc.array(mutated(WORDS), { maxLength: 150 }),
  (sent) => {
    const migration = newMigration(VM);
    for (const word of sent) {
      const { value, wrong } = readOperatorRequest(JSON.parse(JSON.stringify(word ?? null)));
      if (value === undefined) {
        expect(visible(wrong ?? '')).toBe(wrong);
        expect((wrong ?? '').length).toBeLessThan(LONGEST_ANSWER);
        continue;
      }
      expect(Object.keys(value).sort()).toEqual(['who', 'why']);
      decide(migration, { at: '2026-01-01T00:00:00.000Z', action: 'retry', ...value });
    }
    expect(migration.state.decisions.length).toBeLessThanOrEqual(100);
    expect(bytesOf(fitted(migration.state, LARGEST_UPDATE_ANSWER))).toBeLessThanOrEqual(
      LARGEST_UPDATE_ANSWER,
    );
  },
);

/** The row of a VM that runs. */
function running(): WaveState {
  const state = newWaveState();
  queue(state, { vms: [VM, OTHER], migrated: [], roles: [] });
  Object.assign(state.vms[0]!, { phase: 'running' });
  return state;
}

fuzz(
  'a signal with any argument moves no VM but the one that it names, and that only while it runs',
  fc.array(fc.tuple(fc.oneof(nastyText, fc.jsonValue(), fc.constant(VM.vm.moref)), fc.boolean()), {
    maxLength: 20,
  }),
  (signals) => {
    const state = running();
    for (const [moref, parked] of signals) setParked(state, moref as string, parked);
    expect(state.vms[1]).toEqual(running().vms[1]);
    const last = signals.filter(([moref]) => moref === VM.vm.moref).at(-1);
    expect(state.vms[0]).toEqual({ ...running().vms[0], phase: last?.[1] === true ? 'parked' : 'running' });
  },
);
