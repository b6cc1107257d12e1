import fc from 'fast-check';
import type { WaveState, WaveVm } from '../../../workflows/temporal-api';
import { apply, JUDGES, type WaveAction } from '../../../workflows/migrate-wave/steering';

const AT = '2026-01-01T00:00:00.000Z';
const SAID = { who: 'ann', why: 'the array is back' };

type Choice = { vm?: string; group?: string; all?: true };

const vm: fc.Arbitrary<Pick<WaveVm, 'phase' | 'outcome' | 'group'>> = fc.record({
  phase: fc.constantFrom('queued', 'starting', 'running', 'parked'),
  outcome: fc.constant(null),
  group: fc.constantFrom('database', 'application'),
});
const ended: typeof vm = fc.record({
  phase: fc.constant('ended'),
  outcome: fc.constantFrom('succeeded', 'failed', 'aborted'),
  group: fc.constantFrom('database', 'application'),
});

const wave: fc.Arbitrary<WaveState> = fc
  .array(fc.oneof(vm, ended), { minLength: 1, maxLength: 8 })
  .map((vms): WaveState => ({
    plan: { namespace: 'openshift-mtv', name: 'wave-1' },
    phase: 'migrating',
    problems: [],
    maxConcurrentVms: 2,
    rules: {
      groups: [
        { name: 'database', after: [] },
        { name: 'application', after: ['database'] },
      ],
      gate: { most: 1, minVms: 5 },
    },
    vms: vms.map((one, index) => ({
      ...one,
      name: `web-${index}`,
      moref: `vm-${index}`,
      workflowId: `migrate-vm/uuid/vm-${index}`,
      failure: null,
    })),
  }));

const choice: fc.Arbitrary<Choice> = fc.oneof(
  fc.record({ vm: fc.constantFrom('web-0', 'vm-1', 'migrate-vm/uuid/vm-2', 'web-9') }),
  fc.record({ group: fc.constantFrom('database', 'application', 'nobody') }),
  fc.constant({ all: true as const }),
);

const word = fc.record({
  action: fc.constantFrom<WaveAction>('pause', 'resume', 'skip', 'cancel'),
  choice,
});

/** Whether it changed anything; null where it was refused. */
function say(state: WaveState, action: WaveAction, chosen: Choice): boolean | null {
  const judged = JUDGES[action](state, { ...SAID, ...chosen });
  if ('refusal' in judged) {
    expect(judged.refusal).toMatch(/^\S[^\n]*\S$/);
    return null;
  }
  apply(state, judged, { at: AT, action, ...SAID });
  return judged.change !== null;
}

test('whatever operators say, no VM that has ended comes back, and none that runs is taken for ended', () => {
  fc.assert(
    fc.property(wave, fc.array(word, { maxLength: 10 }), (state, words) => {
      const before = structuredClone(state.vms);
      for (const { action, choice: chosen } of words) say(state, action, chosen);
      for (const [index, now] of state.vms.entries()) {
        const former = before[index]!;
        if (former.phase !== 'queued')
          expect(now).toMatchObject({ phase: former.phase, outcome: former.outcome });
        else
          expect(['queued null', 'ended skipped', 'ended aborted']).toContain(`${now.phase} ${now.outcome}`);
      }
    }),
  );
});

test('a word that is said again at once changes nothing, and only words that changed something are recorded', () => {
  fc.assert(
    fc.property(wave, fc.array(word, { maxLength: 6 }), word, (state, words, { action, choice: chosen }) => {
      for (const one of words) say(state, one.action, one.choice);
      // A second resume may end what the first left: it ended the pause alone.
      fc.pre(action !== 'resume' || state.paused === undefined);
      const recorded = state.decisions?.length ?? 0;
      const changed = say(state, action, chosen);
      expect(state.decisions?.length ?? 0).toBe(recorded + (changed === true ? 1 : 0));
      const after = structuredClone(state);
      expect(say(state, action, chosen)).not.toBe(true);
      expect(state).toEqual(after);
    }),
  );
});

test('a cancelled wave has nobody left to start, and everybody who runs is given up', () => {
  fc.assert(
    fc.property(wave, (state) => {
      say(state, 'cancel', { all: true });
      expect(state.vms.filter(({ phase }) => phase === 'queued')).toEqual([]);
      const open = state.vms.filter(({ phase }) => phase !== 'ended');
      expect(open.map(({ cancelled }) => cancelled)).toEqual(open.map(() => SAID));
    }),
  );
});
