/** What transferSlots learns from what it hears, and what it tells. */
import { decide } from '../../../workflows/transfer-slots/decide';
import { learnFrom, tellEstimates, withEstimates } from '../../../workflows/transfer-slots/estimates';
import { hear } from '../../../workflows/transfer-slots/hear';
import type { Rates } from '../../../workflows/transfer-slots/learnt';
import type { Measured, MeasuredRelease, TellingAsk } from '../../../workflows/transfer-slots/messages';
import { needsOfConversion, needsOfImport } from '../../../workflows/transfer-slots/resources';
import { newSlots, type Slots } from '../../../workflows/transfer-slots/state';

const GIB = 1024 ** 3;
const HOLDER = { workflowId: 'migrate-vm/uuid/vm-1', runId: 'run-1' };

const NEEDS = needsOfImport({
  vcenter: 'uuid',
  host: 'esx1',
  datastore: 'ds-1',
  cluster: 'own',
  storageClass: 'fast',
});

function ask(sizes: Record<string, number>, change: Partial<TellingAsk> = {}): TellingAsk {
  return {
    kind: 'ask',
    holder: HOLDER,
    priority: 5,
    isOff: false,
    maxConcurrentDisks: 4,
    wants: Object.entries(sizes).map(([key, bytes]) => ({ key, needs: NEEDS, seconds: null, bytes })),
    held: [],
    ...change,
  };
}

function release(measured: Measured[], change: Partial<MeasuredRelease> = {}): MeasuredRelease {
  return { kind: 'release', holder: HOLDER, keys: measured.map(({ key }) => key), measured, ...change };
}

/** One that holds slots since second 0. */
function holding(sizes: Record<string, number>): Slots {
  const slots = newSlots();
  hear(slots, ask(sizes), 0);
  return slots;
}

const ended = { key: 'disk-1', bytes: 10 * GIB, seconds: 100 };

test('a copy that has ended is learnt from, and wants of its kind get an estimate by their size', () => {
  const rates: Rates = new Map();
  learnFrom(rates, holding({ 'disk-1': 10 * GIB }), release([ended]), 100);
  const estimated = withEstimates(rates, ask({ 'disk-2': 20 * GIB, 'disk-3': 5 * GIB }));
  expect(estimated).toMatchObject({ wants: [{ seconds: 200 }, { seconds: 50 }] });
});

test('while nothing is measured, an estimate is unknown; one that its migration has stays', () => {
  const wants = [{ key: 'disk-1', needs: NEEDS, seconds: 7, bytes: GIB }];
  expect(withEstimates(new Map(), ask({ 'disk-1': GIB }))).toMatchObject({ wants: [{ seconds: null }] });
  expect(withEstimates(new Map(), ask({}, { wants }))).toMatchObject({ wants: [{ seconds: 7 }] });
});

test.each<[string, MeasuredRelease]>([
  ['of a key that it never held', release([{ ...ended, key: 'disk-9' }])],
  ['of a key that it goes on holding', release([ended], { keys: [] })],
  ['of another run', release([ended], { holder: { ...HOLDER, runId: 'run-0' } })],
  ['of another migration', release([ended], { holder: { ...HOLDER, workflowId: 'migrate-vm/uuid/vm-2' } })],
  ['that took longer than it was held', release([{ ...ended, seconds: 102 }])],
  ['that moved nothing', release([{ ...ended, bytes: 0 }])],
  ['that says nothing of its size', release([{ key: 'disk-1', seconds: 100 }])],
])('nothing is learnt from a copy %s', (_, event) => {
  const rates: Rates = new Map();
  learnFrom(rates, holding({ 'disk-1': 10 * GIB }), event, 100);
  expect(rates.size).toBe(0);
});

test('conversions are learnt by guests, whatever the size of their disks', () => {
  const rates: Rates = new Map();
  const slots = newSlots();
  const conversion = { key: 'conversion', needs: needsOfConversion('own'), seconds: null };
  hear(slots, ask({}, { wants: [conversion] }), 0);
  learnFrom(rates, slots, release([{ key: 'conversion', seconds: 300 }]), 300);
  expect(withEstimates(rates, ask({}, { wants: [conversion] }))).toMatchObject({ wants: [{ seconds: 300 }] });
});

test('with a grant a migration hears a range for each of its disks, also for those that wait', () => {
  const rates: Rates = new Map();
  learnFrom(rates, holding({ 'disk-1': 10 * GIB }), release([ended]), 100);
  const slots = newSlots();
  hear(slots, withEstimates(rates, ask({ 'disk-1': GIB, 'disk-2': 50 * GIB })), 200);

  const { estimates = {} } = tellEstimates(rates, slots, HOLDER.workflowId, {
    runId: HOLDER.runId,
    keys: ['disk-2'],
  });
  expect(Object.keys(estimates).sort()).toEqual(['disk-1', 'disk-2']);
  const [low, high] = estimates['disk-2']!;
  expect(low).toBeLessThan(500);
  expect(high).toBeGreaterThan(500);

  const other = { runId: 'another', keys: ['disk-2'] };
  expect(tellEstimates(rates, slots, HOLDER.workflowId, other)).toEqual(other);
});

test('the longest goes first by its estimated time, not by its size', () => {
  const fast = NEEDS.map((one) => (one.startsWith('datastore/') ? ('datastore/uuid/flash' as const) : one));
  const rates: Rates = new Map();
  const measured = newSlots();
  const wants = [
    { key: 'slow', needs: NEEDS, seconds: null, bytes: 100 * GIB },
    { key: 'fast', needs: fast, seconds: null, bytes: 100 * GIB },
  ];
  hear(measured, ask({}, { wants }), 0);
  learnFrom(
    rates,
    measured,
    release([
      { key: 'slow', bytes: 100 * GIB, seconds: 1000 },
      { key: 'fast', bytes: 100 * GIB, seconds: 100 },
    ]),
    1000,
  );

  const slots = newSlots();
  decide(
    slots,
    { kind: 'limits', limits: { ...slots.limits, kinds: { ...slots.limits.kinds, host: 0 } } },
    0,
  );
  const one = (key: string, needs: typeof NEEDS, bytes: number, id: string): TellingAsk =>
    ask({}, { wants: [{ key, needs, seconds: null, bytes }], holder: { ...HOLDER, workflowId: id } });
  hear(slots, withEstimates(rates, one('large', fast, 300 * GIB, 'migrate-vm/uuid/vm-1')), 0);
  hear(slots, withEstimates(rates, one('small', NEEDS, 100 * GIB, 'migrate-vm/uuid/vm-2')), 1);
  const limits = { ...slots.limits, kinds: { ...slots.limits.kinds, host: 1 } };
  expect(decide(slots, { kind: 'limits', limits }, 2)).toMatchObject([{ key: 'small' }]);
});
