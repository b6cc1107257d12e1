import type { WorkflowHandle } from '@temporalio/client';
import { TRANSFER_SLOTS_QUEUE } from '../../../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../../../plan/workflow-ids';
import {
  slotsQuery,
  slotsSignal,
  type SlotsGranted,
  type TellingAsk,
} from '../../../workflows/transfer-slots/messages';
import { TASK_QUEUE } from '../../../workflows/temporal-api';
import { DEFAULT_LIMITS, needsOfConversion } from '../../../workflows/transfer-slots/resources';
import { eventually } from '../../support/eventually';
import { frozenVm } from '../../support/frozen-vm';
import { WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

const MOST = DEFAULT_LIMITS.conversions;

let lab: WorkflowLab;
let slots: WorkflowHandle;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(async () => {
  slots = await lab.client.workflow.start('transferSlots', {
    workflowId: TRANSFER_SLOTS_ID,
    taskQueue: TRANSFER_SLOTS_QUEUE,
    args: [{}],
  });
});
afterEach(() => slots.terminate());

/** A migration that lives until it is ended. */
async function migration(): Promise<MigrationHandle> {
  const vm = frozenVm();
  lab.world(vm).script.fail('checkTarget', 'QuotaExceeded');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  return handle;
}

function holderOf({ workflowId, firstExecutionRunId: runId }: MigrationHandle) {
  return { workflowId, runId };
}

/** Asks for so many units of one resource. */
function ask(from: MigrationHandle, count: number, change: Partial<TellingAsk> = {}): Promise<void> {
  const wants = Array.from({ length: count }, (_, number) => ({
    key: `part ${number + 1}`,
    needs: needsOfConversion('https://cluster.example.com'),
    seconds: null,
  }));
  const event = {
    kind: 'ask',
    holder: holderOf(from),
    priority: 0,
    isOff: true,
    maxConcurrentDisks: 1,
  } as const;
  return slots.signal(slotsSignal, [{ ...event, wants, held: [], ...change }]);
}

/** What the migration has been granted, as its own history has it. */
async function granted(to: MigrationHandle): Promise<string[]> {
  const { events } = await to.fetchHistory();
  const grants = (events ?? [])
    .map(({ workflowExecutionSignaledEventAttributes: signal }) => signal)
    .filter((signal) => signal?.signalName === 'slotsGranted')
    .map((signal) => JSON.parse(Buffer.from(signal!.input!.payloads![0]!.data!).toString()) as SlotsGranted);
  return [...new Set(grants.flatMap(({ keys }) => keys))];
}

test('as many are granted as the limit allows, and what is given back goes to the next', async () => {
  const [first, second] = [await migration(), await migration()];
  await ask(first, MOST);
  await ask(second, 1);
  await eventually(async () => (await granted(first)).length === MOST);
  expect(await granted(second)).toEqual([]);
  await slots.signal(slotsSignal, [{ kind: 'release', holder: holderOf(first), keys: ['part 1'] }]);
  await eventually(async () => (await granted(second)).length === 1);
});

test('a holder that is terminated gives its slots back within two minutes', async () => {
  const [first, second] = [await migration(), await migration()];
  await ask(first, MOST);
  await ask(second, 1);
  await eventually(async () => (await granted(first)).length === MOST);
  const before = Date.now();
  await first.terminate();
  await eventually(async () => (await granted(second)).length === 1);
  expect(Date.now() - before).toBeLessThan(120_000);
}, 180_000);

test('what is granted to a migration that has ended meanwhile goes to the next', async () => {
  const [first, second] = [await migration(), await migration()];
  await first.terminate();
  await ask(first, MOST);
  await ask(second, 1);
  await eventually(async () => (await granted(second)).length === 1);
});

test('one that begins anew learns what living migrations hold before it grants anything', async () => {
  const [first, second] = [await migration(), await migration()];
  // Both speak before it listens no longer: who held before keeps it, who asks waits.
  await ask(second, 1);
  await ask(first, MOST, { held: Array.from({ length: MOST }, (_, number) => `part ${number + 1}`) });
  await eventually(async () => {
    const { events } = await first.fetchHistory();
    return events?.some(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'askForSlotsAgain',
    );
  });
  await slots.signal(slotsSignal, [{ kind: 'release', holder: holderOf(first), keys: ['part 1'] }]);
  await eventually(async () => (await granted(second)).length === 1);
  const { holders } = await slots.query(slotsQuery);
  expect(holders.find(({ workflowId }) => workflowId === first.workflowId)?.held).toHaveLength(MOST - 1);
});

test('a signal that can not be read is dropped, and what comes after it is heard', async () => {
  const first = await migration();
  for (const bad of [[], [null], [[]], [[{ kind: 'gone', holder: holderOf(first) }]], [[{ kind: 'limits' }]]])
    await slots.signal('slots', ...(bad as [never]));
  await ask(first, 1, { maxConcurrentDisks: 0 });
  await ask(first, 1, { holder: { ...holderOf(first), workflowId: 'another/workflow' } });
  await ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  const { holders } = await slots.query(slotsQuery);
  expect(holders).toEqual([{ workflowId: first.workflowId, waiting: [], held: ['part 1'] }]);
});

test('one that is started under another id, or where nobody helps it, ends at once', async () => {
  const start = (workflowId: string, taskQueue: string) =>
    lab.client.workflow.execute('transferSlots', { workflowId, taskQueue, args: [{}] });
  const why = { type: 'InvalidInput' };
  await expect(start('other-slots', TRANSFER_SLOTS_QUEUE)).rejects.toMatchObject({ cause: why });
  await slots.terminate();
  await expect(start(TRANSFER_SLOTS_ID, TASK_QUEUE)).rejects.toMatchObject({ cause: why });
  slots = await lab.client.workflow.start('transferSlots', {
    workflowId: TRANSFER_SLOTS_ID,
    taskQueue: TRANSFER_SLOTS_QUEUE,
    args: [{}],
  });
});

test('while nobody holds anything it does nothing', async () => {
  const first = await migration();
  await ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  await slots.signal(slotsSignal, [{ kind: 'release', holder: holderOf(first), keys: ['part 1'] }]);
  await eventually(async () => (await slots.query(slotsQuery)).holdersInAll === 0);
  const { events } = await slots.fetchHistory();
  const timers = new Set<string>();
  for (const { timerStartedEventAttributes: started, timerFiredEventAttributes: fired } of events ?? []) {
    if (started) timers.add(started.timerId!);
    if (fired) timers.delete(fired.timerId!);
  }
  // At most the one look that was begun while it held.
  expect(timers.size).toBeLessThanOrEqual(1);
});
