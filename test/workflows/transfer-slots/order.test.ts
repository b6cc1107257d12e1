/** Who goes first, on a real server: what the core promises holds for migrations that wait. */
import { decide } from '../../../workflows/transfer-slots/decide';
import { OVERTAKE_SECONDS, TURNS } from '../../../workflows/transfer-slots/reservations';
import { toSaved } from '../../../workflows/transfer-slots/saved';
import { newSlots } from '../../../workflows/transfer-slots/state';
import { defaultLimits } from '../../../workflows/transfer-slots/resources';
import { eventually } from '../../support/eventually';
import type { MigrationHandle } from '../../support/workflow-lab';
import { NEEDS, Stage, granted, holderOf } from './stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.lab.stop());
afterEach(() => stage.slots.terminate());

const FACTS = { kind: 'ask', priority: 5, isOff: true, maxConcurrentDisks: 1 } as const;
const want = (key: string) => ({ key, needs: NEEDS, seconds: 60 });

/** One unit, which `holds` has; `waits` has waited for it so long. */
async function begin(holds: MigrationHandle, waits: MigrationHandle, seconds: number): Promise<void> {
  const limits = defaultLimits();
  limits.kinds.conversions = 1;
  const slots = newSlots(limits);
  const asked = Math.floor(Date.now() / 1000) - seconds;
  decide(slots, { ...FACTS, holder: holderOf(holds), wants: [want('held')] }, asked);
  decide(slots, { ...FACTS, priority: 1, holder: holderOf(waits), wants: [want('old')] }, asked);
  await stage.begin([{ saved: toSaved(slots) }]);
}

test('an endless stream of higher priority does not starve one that has waited for half an hour', async () => {
  const [holds, waits, stream] = await Promise.all([stage.migration(), stage.migration(), stage.migration()]);
  await begin(holds!, waits!, OVERTAKE_SECONDS + 60);
  const keys = Array.from({ length: 2 * TURNS }, (_, number) => `urgent ${number}`);
  await stage.ask(stream!, 0, { priority: 9, wants: keys.map(want) });
  await stage.release(holds!, 'held');
  let before = 0;
  while ((await granted(waits!)).length === 0) {
    const held = await eventually(async () => {
      const all = [...(await stage.held(stream!)), ...(await stage.held(waits!))];
      return all.length === 1 && all;
    });
    if (held[0] === 'old') break;
    before += 1;
    await stage.release(stream!, ...held);
  }
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThanOrEqual(TURNS + 1);
});

test('one of high priority waits for who holds, and for nobody of lower priority, however long they have waited before', async () => {
  const [holds, low, middle, high] = await Promise.all(Array.from({ length: 4 }, () => stage.migration()));
  await begin(holds!, low!, 600);
  await stage.ask(middle!, 0, { priority: 5, wants: [want('middle 1'), want('middle 2')] });
  await stage.ask(high!, 0, { priority: 9, wants: [want('high')] });
  await eventually(async () => (await stage.limits()).resources[0]?.waiting === 4);
  await stage.release(holds!, 'held');
  await eventually(async () => (await granted(high!)).length === 1);
  for (const other of [low, middle]) expect(await granted(other!)).toEqual([]);
});

test('a source that Drover has stopped goes before one of higher priority that runs', async () => {
  const [holds, off, runs] = await Promise.all(Array.from({ length: 3 }, () => stage.migration()));
  await begin(holds!, off!, 10);
  await stage.ask(runs!, 0, { priority: 9, isOff: false, wants: [want('runs')] });
  await eventually(async () => (await stage.limits()).resources[0]?.waiting === 2);
  await stage.release(holds!, 'held');
  await eventually(async () => (await granted(off!)).length === 1);
  expect(await granted(runs!)).toEqual([]);
});
