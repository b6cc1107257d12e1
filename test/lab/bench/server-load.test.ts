import type { History } from '../../../client/history/recorded';
import { addLoads, loadOf, NO_LOAD } from '../../../lab/bench/temporal/server-load';

type Event = NonNullable<History['events']>[number];

function history(...events: object[]): History {
  return { events: events as Event[] } as History;
}

const marker = (task: number) => ({ markerRecordedEventAttributes: { workflowTaskCompletedEventId: task } });
const upsert = (...names: string[]) => ({
  upsertWorkflowSearchAttributesEventAttributes: {
    searchAttributes: { indexedFields: Object.fromEntries(names.map((name) => [name, {}])) },
  },
});

test('a workflow, each attempt at an activity, each signal and each timer is an action', () => {
  const load = loadOf(
    history(
      { workflowExecutionStartedEventAttributes: {} },
      { workflowTaskCompletedEventAttributes: {} },
      { activityTaskScheduledEventAttributes: {} },
      { activityTaskStartedEventAttributes: { attempt: 3 } },
      { workflowExecutionSignaledEventAttributes: {} },
      { timerStartedEventAttributes: {} },
    ),
  );
  expect(load).toEqual({
    workflows: 1,
    events: 6,
    workflowTasks: 1,
    activities: 3,
    signals: 1,
    timers: 1,
    actions: 1 + 3 + 1 + 1,
  });
});

test('a child costs its parent an action, beside the one that its own history has', () => {
  expect(loadOf(history({ startChildWorkflowExecutionInitiatedEventAttributes: {} })).actions).toBe(1);
  expect(loadOf(history({ childWorkflowExecutionStartedEventAttributes: {} })).actions).toBe(0);
});

test('all local activities of one task are one action', () => {
  expect(loadOf(history(marker(4), marker(4), marker(4), marker(9))).actions).toBe(2);
});

test('search attributes that a patch sets are free, others are not', () => {
  expect(
    loadOf(history(upsert('TemporalChangeVersion'), upsert('DroverPhase', 'DroverAttention'))).actions,
  ).toBe(1);
});

test('a signal is counted where it arrives, and not where it is sent', () => {
  expect(loadOf(history({ signalExternalWorkflowExecutionInitiatedEventAttributes: {} }))).toEqual({
    ...NO_LOAD,
    events: 1,
  });
});

test('loads add up', () => {
  const one = loadOf(history({ workflowExecutionStartedEventAttributes: {} }));
  expect(addLoads([one, one])).toEqual({ ...NO_LOAD, workflows: 2, events: 2, actions: 2 });
  expect(addLoads([])).toEqual(NO_LOAD);
});
