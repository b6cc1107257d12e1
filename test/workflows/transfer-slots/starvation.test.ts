/** Nobody waits for ever, however many others come meanwhile. */
import fc from 'fast-check';
import { decide, type Want } from '../../../workflows/transfer-slots/decide';
import { OVERTAKE_SECONDS, TURNS } from '../../../workflows/transfer-slots/reservations';
import { DEFAULT_LIMITS, type Resource } from '../../../workflows/transfer-slots/resources';
import { newSlots } from '../../../workflows/transfer-slots/state';

const LONGEST_COPY = 3_600;

const stream = fc.record({
  limits: fc.record({
    host: fc.integer({ min: 1, max: 3 }),
    datastore: fc.integer({ min: 1, max: 3 }),
    vcenter: fc.integer({ min: 1, max: 4 }),
  }),
  /** Where each of the newcomers wants to copy, over and over. */
  places: fc.array(
    fc.tuple(
      fc.constantFrom<Resource>('host/a', 'host/b'),
      fc.constantFrom<Resource>('datastore/x', 'datastore/y'),
      fc.constant<Resource>('vcenter/v'),
    ),
    { minLength: 2, maxLength: 12 },
  ),
  seconds: fc.array(fc.integer({ min: 60, max: LONGEST_COPY }), { minLength: 2, maxLength: 9 }),
});

const mine: Want = { key: '0', needs: ['host/a', 'datastore/x', 'vcenter/v'], seconds: 60 };

test('a short disk of low priority is copied under an endless stream of long ones of high priority, within the bound', () => {
  fc.assert(
    fc.property(stream, ({ limits, places, seconds }) => {
      const slots = newSlots({ kinds: { ...DEFAULT_LIMITS, ...limits }, resources: {} });
      const running: { endsAt: number; id: string }[] = [];
      let number = 0;
      let grantedAt: number | null = null;
      let overtaken = 0;
      let now = 0;
      const tell = (event: Parameters<typeof decide>[1]) => {
        for (const { holder } of decide(slots, event, now)) {
          if (holder.workflowId === 'low') grantedAt = now;
          else {
            if (grantedAt === null && now > OVERTAKE_SECONDS) {
              // Only what takes a last unit of what is needed keeps anybody waiting.
              const pools = slots.holders.get(holder.workflowId)!.requests.get('0')!.line.pools;
              if (pools.some((pool) => mine.needs.includes(pool.resource) && pool.used >= pool.limit))
                overtaken += 1;
            }
            running.push({ endsAt: now + seconds[running.length % seconds.length]!, id: holder.workflowId });
          }
        }
      };
      const newcomer = () => {
        number += 1;
        const want = { key: '0', needs: places[number % places.length]!, seconds: LONGEST_COPY };
        tell({
          kind: 'ask',
          holder: { workflowId: `high-${number}`, runId: '1' },
          priority: 9,
          isOff: true,
          maxConcurrentDisks: 1,
          wants: [want],
        });
      };
      for (let many = 0; many < 30; many += 1) newcomer();
      tell({
        kind: 'ask',
        holder: { workflowId: 'low', runId: '1' },
        priority: 0,
        isOff: false,
        maxConcurrentDisks: 1,
        wants: [mine],
      });
      while (grantedAt === null && number < 3_000) {
        running.sort((a, b) => a.endsAt - b.endsAt);
        const { endsAt, id } = running.shift()!;
        now = Math.max(now, endsAt);
        newcomer();
        tell({ kind: 'gone', holder: { workflowId: id, runId: '1' } });
      }
      expect(grantedAt).not.toBeNull();
      // The thirty before it are overdue, too, and older.
      const bound = OVERTAKE_SECONDS + (30 + 1) * (TURNS * mine.needs.length + 1) * LONGEST_COPY;
      expect(grantedAt!).toBeLessThanOrEqual(bound);
      expect(overtaken).toBeLessThanOrEqual((30 + 1) * TURNS * mine.needs.length);
    }),
    { seed: 16, numRuns: 300 },
  );
});

test('two VMs with more disks than any limit are both copied to the end, a disk at a time', () => {
  const slots = newSlots({ kinds: { ...DEFAULT_LIMITS, host: 1, datastore: 1, vcenter: 1 }, resources: {} });
  const wants = Array.from({ length: 12 }, (_, disk): Want => ({ ...mine, key: String(disk) }));
  const held: { workflowId: string; key: string }[] = [];
  const copied: string[] = [];
  const tell = (event: Parameters<typeof decide>[1], now: number) => {
    for (const { holder, key } of decide(slots, event, now))
      held.push({ workflowId: holder.workflowId, key });
  };
  for (const workflowId of ['one', 'other']) {
    tell(
      {
        kind: 'ask',
        holder: { workflowId, runId: '1' },
        priority: 0,
        isOff: false,
        maxConcurrentDisks: 12,
        wants,
      },
      0,
    );
  }
  for (let now = 60; held.length > 0; now += 60) {
    expect(held).toHaveLength(1);
    const { workflowId, key } = held.shift()!;
    copied.push(`${workflowId} ${key}`);
    tell({ kind: 'release', holder: { workflowId, runId: '1' }, keys: [key] }, now);
  }
  expect(new Set(copied).size).toBe(24);
});
