import fc from 'fast-check';
import type { WaveRules } from '../../../plan/wave';
import { decide, isBad, isMoving, type VmView, type WaveView } from '../../../workflows/migrate-wave/decide';

const GROUPS = ['a', 'b', 'c', 'd'];

/** Each group comes after some of those before it in the list: no cycles. */
const groups: fc.Arbitrary<WaveRules['groups']> = fc
  .tuple(...GROUPS.map((_, index) => fc.subarray(GROUPS.slice(0, index))))
  .map((afters) => GROUPS.map((name, index) => ({ name, after: afters[index] ?? [] })));

const standing: fc.Arbitrary<Pick<VmView, 'phase' | 'outcome'>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ phase: 'queued' as const, outcome: null }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('starting' as const, 'running' as const, 'parked' as const)
      .map((phase) => ({ phase, outcome: null })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        'succeeded' as const,
        'alreadyMigrated' as const,
        'failed' as const,
        'aborted' as const,
        'skipped' as const,
      )
      .map((outcome) => ({ phase: 'ended' as const, outcome })),
  },
);

const vm: fc.Arbitrary<Omit<VmView, 'name'>> = fc
  .tuple(
    standing,
    fc.option(fc.constantFrom(...GROUPS), { nil: undefined }),
    fc.integer({ min: 1, max: 9 }),
    fc.boolean(),
  )
  .map(
    ([one, group, priority, canary]) =>
      ({ ...one, group, priority, ...(canary && { canary: true as const }) }) as VmView,
  );

const gate: fc.Arbitrary<WaveRules['gate']> = fc.option(
  fc.record({
    most: fc.oneof(fc.nat(5), fc.record({ percent: fc.nat(99) })),
    minVms: fc.integer({ min: 1, max: 8 }),
  }),
);

const UNTIL = '2026-12-05T22:00:00.000Z';

const wave: fc.Arbitrary<WaveView<VmView>> = fc.record({
  vms: fc
    .array(vm, { maxLength: 20 })
    .map((vms) => vms.map((one, index): VmView => ({ ...one, name: `vm-${index}` }))),
  maxConcurrentVms: fc.integer({ min: 1, max: 5 }),
  rules: fc.record({ groups, gate }),
  paused: fc.option(fc.constant({ who: 'ann', why: 'lunch' }), { freq: 4 }),
  released: fc.record({ canary: fc.boolean(), groups: fc.subarray(GROUPS) }),
  window: fc.option(
    fc.boolean().map((open) => ({ open, until: UNTIL, local: 'Sat 2026-12-05 22:00 UTC' })),
    { nil: undefined, freq: 2 },
  ),
});

/** Slower and plainer than the core: all groups before `name`, at any distance. */
function allBefore(list: WaveRules['groups'], name: string): string[] {
  const after = list.find((group) => group.name === name)?.after ?? [];
  return after.flatMap((former) => [former, ...allBefore(list, former)]);
}

test('nobody starts beyond the slots, while paused, while the windows are shut, beside a bad canary, or before the groups that come first', () => {
  fc.assert(
    fc.property(wave, (view) => {
      const { start } = decide(view);
      const moving = view.vms.filter(isMoving).length;
      expect(start.length).toBeLessThanOrEqual(Math.max(0, view.maxConcurrentVms - moving));
      expect(new Set(start).size).toBe(start.length);
      for (const one of start) {
        expect(one.phase).toBe('queued');
        expect(view.paused).toBeNull();
        expect(view.window?.open).not.toBe(false);
        const canaries = view.released.canary ? [] : view.vms.filter(({ canary }) => canary);
        expect(canaries.filter(isBad)).toEqual([]);
        if (one.canary !== true) expect(canaries.filter(({ phase }) => phase !== 'ended')).toEqual([]);
        for (const former of one.group === undefined ? [] : allBefore(view.rules.groups, one.group)) {
          const before = view.vms.filter(({ group }) => group === former);
          expect(before.filter(({ phase }) => phase !== 'ended')).toEqual([]);
          if (!view.released.groups.includes(former)) expect(before.filter(isBad)).toEqual([]);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test('nobody who may start is passed over for one of lower priority, or of the same further down', () => {
  fc.assert(
    fc.property(wave, (view) => {
      const { start } = decide(view);
      const all = decide({ ...view, maxConcurrentVms: 1_000 }).start;
      expect(all.slice(0, start.length)).toEqual(start);
      for (const [index, one] of all.slice(1).entries()) {
        const former = all[index]!;
        const rank = (a: VmView) => [-(a.priority ?? 5), view.vms.indexOf(a)] as const;
        const [p, q] = [rank(former), rank(one)];
        expect(p[0] < q[0] || (p[0] === q[0] && p[1] < q[1])).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('whoever is queued and not started is told why', () => {
  fc.assert(
    fc.property(wave, (view) => {
      const { start, holds } = decide(view);
      const queued = view.vms.filter(({ phase }) => phase === 'queued');
      if (queued.length === 0) expect(holds).toEqual([]);
      if (start.length < queued.length) expect(holds).not.toEqual([]);
      for (const { why, vms, count } of holds) {
        expect(why).toMatch(/^\S[^\n]*\S$/);
        expect(vms.length).toBeLessThanOrEqual(Math.min(5, count));
      }
    }),
    { numRuns: 2_000 },
  );
});

test('where all goes well, every wave comes to its end, one VM after the other', () => {
  fc.assert(
    fc.property(wave, (view) => {
      const vms = view.vms.map((one): VmView => ({ ...one, phase: 'queued', outcome: null }));
      const first = new Set(vms.filter(({ group }) => group === undefined));
      // As `readWave` has it: no canary waits for a VM that is none.
      for (const one of vms) if (one.canary && !first.has(one)) delete one.canary;
      const run = { ...view, vms, paused: null, window: undefined };
      for (let step = 0; step < vms.length; step += 1) {
        const [next] = decide(run).start;
        expect(next).toBeDefined();
        Object.assign(next!, { phase: 'ended', outcome: 'succeeded' });
      }
      expect(vms.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

describe('a gate', () => {
  const of = (bad: number, good: number, more: Partial<VmView> = {}): VmView[] => [
    ...Array.from({ length: bad }, (): VmView => ({
      name: 'bad',
      phase: 'ended',
      outcome: 'failed',
      ...more,
    })),
    ...Array.from({ length: good }, (): VmView => ({ name: 'good', phase: 'ended', outcome: 'succeeded' })),
    ...Array.from({ length: 9 }, (): VmView => ({ name: 'queued', phase: 'queued', outcome: null })),
  ];
  const holds = (vms: VmView[], most: number | { percent: number }, minVms = 5) =>
    decide({
      vms,
      maxConcurrentVms: 3,
      rules: { groups: [], gate: { most, minVms } },
      paused: null,
      released: { canary: false, groups: [] },
    }).holds.some(({ kind }) => kind === 'gate');

  test('of a number trips at one more', () => {
    expect([holds(of(2, 0), 2), holds(of(3, 0), 2)]).toEqual([false, true]);
  });

  test('of a share trips above it, and only once enough VMs have come', () => {
    expect([holds(of(1, 4), { percent: 20 }), holds(of(2, 7), { percent: 20 })]).toEqual([false, true]);
    expect([holds(of(4, 0), { percent: 20 }), holds(of(5, 0), { percent: 20 })]).toEqual([false, true]);
  });

  test('counts no VM that never started, and none that a resume forgave', () => {
    expect(holds(of(3, 0, { unstarted: true }), 2)).toBe(false);
    expect(holds(of(3, 0, { forgiven: true }), 2)).toBe(false);
  });

  test('counts no VM that a policy skipped, neither as bad nor among those that have come', () => {
    expect(holds(of(3, 0, { outcome: 'skipped' }), 2)).toBe(false);
    const skipped = of(5, 0, { outcome: 'skipped' }).slice(0, 5);
    expect(holds([...skipped, ...of(2, 3)], { percent: 30 })).toBe(true);
  });
});

test.each([
  [1, '1 VM runs, and maxConcurrentVms is 1', ['running']],
  [2, '2 VMs run, and maxConcurrentVms is 2', ['running', 'first']],
])('with %i at once, those that wait for a slot hear: %s', (maxConcurrentVms, why, vms) => {
  const one = (name: string, phase: VmView['phase']): VmView => ({ name, phase, outcome: null });
  const all = [one('running', 'running'), one('first', 'queued'), one('second', 'queued')];
  const rules = { groups: [], gate: null };
  const released = { canary: false, groups: [] };
  const { holds } = decide({ vms: all, maxConcurrentVms, rules, paused: null, released });
  expect(holds).toMatchObject([{ kind: 'slots', why, vms }]);
});
