import { eventually } from '../../support/eventually';
import { Stage, granted } from './stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.lab.stop());

/** Timers that this run of `transferSlots` has started before its first grant, in seconds. */
async function timersBeforeGrant(): Promise<number[]> {
  const { events = [] } = await stage.slots.fetchHistory();
  const grant = events!.findIndex((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes);
  expect(grant).toBeGreaterThan(0);
  return events!
    .slice(0, grant)
    .flatMap(({ timerStartedEventAttributes: timer }) =>
      timer == null ? [] : [Number(timer.startToFireTimeout?.seconds)],
    );
}

test('the first of a namespace grants at once: nobody can hold anything. The next one listens first', async () => {
  const [first, second] = [await stage.migration(), await stage.migration()];
  await stage.begin();
  await stage.ask(first, 1);
  await eventually(async () => (await granted(first)).length === 1);
  expect(await timersBeforeGrant()).not.toContain(10);

  await stage.slots.terminate();
  await stage.begin();
  await stage.ask(second, 1);
  await eventually(async () => (await granted(second)).length === 1);
  expect(await timersBeforeGrant()).toContain(10);
});
