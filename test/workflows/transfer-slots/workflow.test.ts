import { TRANSFER_SLOTS_QUEUE } from '../../../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../../../plan/workflow-ids';
import { slotsQuery } from '../../../workflows/transfer-slots/messages';
import { TASK_QUEUE, abortUpdate } from '../../../workflows/temporal-api';
import { DEFAULT_LIMITS } from '../../../workflows/transfer-slots/resources';
import { eventually } from '../../support/eventually';
import { OPERATOR } from '../../support/workflow-lab';
import { Stage, granted, holderOf } from './stage';

const MOST = DEFAULT_LIMITS.conversions;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.lab.stop());
beforeEach(() => stage.begin());
afterEach(() => stage.slots.terminate());

test('as many are granted as the limit allows, and what is given back goes to the next', async () => {
  const [first, second] = [await stage.migration(), await stage.migration()];
  await stage.ask(first, MOST);
  await stage.ask(second, 1);
  await eventually(async () => (await granted(first)).length === MOST);
  expect(await granted(second)).toEqual([]);
  await stage.release(first, 'part 1');
  await eventually(async () => (await granted(second)).length === 1);
});

test('who has ended in whatever way gives back within two minutes, and who lives loses nothing', async () => {
  const [lives, isReset, terminated, aborted] = await Promise.all(
    Array.from({ length: 4 }, () => stage.migration()),
  );
  const failed = await stage.failed();
  const gone = [terminated!, aborted!];
  const waits = await stage.migration();
  await stage.setLimits({ conversions: 10 });
  for (const holder of [lives!, isReset!, ...gone]) await stage.ask(holder, 2);
  await stage.ask(failed, 2, { held: ['part 1', 'part 2'] });
  // Two of the ten are those of the failed one: a look may have taken them back already.
  await eventually(async () => (await stage.limits()).resources[0]!.used >= 8);
  await stage.ask(waits, MOST);

  const before = Date.now();
  await stage.reset(isReset!);
  await terminated!.terminate();
  await aborted!.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await aborted!.result();
  await eventually(async () => (await granted(waits)).length === 6);
  expect(Date.now() - before).toBeLessThan(120_000);
  for (const holder of [lives!, isReset!]) expect(await stage.held(holder)).toEqual(['part 1', 'part 2']);
  for (const holder of [...gone, failed]) expect(await stage.held(holder)).toEqual([]);
  await stage.setLimits({ conversions: null });
}, 180_000);

test('what is granted to a migration that has ended meanwhile goes to the next', async () => {
  const [first, second] = [await stage.migration(), await stage.migration()];
  await first.terminate();
  await stage.ask(first, MOST);
  await stage.ask(second, 1);
  await eventually(async () => (await granted(second)).length === 1);
});

test('one that begins anew learns what living migrations hold before it grants anything', async () => {
  await stage.slots.terminate();
  const [first, second] = [await stage.migration(), await stage.migration()];
  await eventually(() => stage.areListed(first, second));
  await stage.begin();
  // Both speak before it listens no longer: who held before keeps it, who asks waits.
  await stage.ask(second, 1);
  await stage.ask(first, MOST, { held: Array.from({ length: MOST }, (_, number) => `part ${number + 1}`) });
  await eventually(async () => {
    const { events } = await first.fetchHistory();
    return events?.some(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'askForSlotsAgain',
    );
  });
  await stage.release(first, 'part 1');
  await eventually(async () => (await granted(second)).length === 1);
  const { holders } = await stage.slots.query(slotsQuery);
  expect(holders.find(({ workflowId }) => workflowId === first.workflowId)?.held).toHaveLength(MOST - 1);
});

test('a signal that can not be read is dropped, and what comes after it is heard', async () => {
  const first = await stage.migration();
  for (const bad of [[], [null], [[]], [[{ kind: 'gone', holder: holderOf(first) }]], [[{ kind: 'limits' }]]])
    await stage.slots.signal('slots', ...(bad as [never]));
  await stage.ask(first, 1, { maxConcurrentDisks: 0 });
  await stage.ask(first, 1, { holder: { ...holderOf(first), workflowId: 'another/workflow' } });
  await stage.ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  const { holders } = await stage.slots.query(slotsQuery);
  expect(holders).toEqual([{ workflowId: first.workflowId, waiting: [], held: ['part 1'] }]);
});

test('one that is started under another id, or where nobody helps it, ends at once', async () => {
  const start = (workflowId: string, taskQueue: string) =>
    stage.lab.client.workflow.execute('transferSlots', { workflowId, taskQueue, args: [{}] });
  const why = { type: 'InvalidInput' };
  await expect(start('other-slots', TRANSFER_SLOTS_QUEUE)).rejects.toMatchObject({ cause: why });
  await stage.slots.terminate();
  await expect(start(TRANSFER_SLOTS_ID, TASK_QUEUE)).rejects.toMatchObject({ cause: why });
  await stage.begin();
});

test('while nobody holds anything it does nothing', async () => {
  const first = await stage.migration();
  await stage.ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  await stage.release(first, 'part 1');
  await eventually(async () => (await stage.slots.query(slotsQuery)).holdersInAll === 0);
  const { events } = await stage.slots.fetchHistory();
  const timers = new Set<string>();
  for (const { timerStartedEventAttributes: started, timerFiredEventAttributes: fired } of events ?? []) {
    if (started) timers.add(started.timerId!);
    if (fired) timers.delete(fired.timerId!);
  }
  // At most the one look that was begun while it held.
  expect(timers.size).toBeLessThanOrEqual(1);
});
