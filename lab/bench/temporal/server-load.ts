/**
 * What a workflow asks of a Temporal server, counted in its history.
 *
 * An action is Temporal Cloud's unit (docs.temporal.io/cloud/actions). What is in no history is not counted here:
 * heartbeats and queries.
 */
import type { History, HistoryEvent as Event } from '../../../client/history/recorded';

export interface ServerLoad {
  workflows: number;
  events: number;
  /** Times that a worker took a step of a workflow. */
  workflowTasks: number;
  /** Each attempt counts. */
  activities: number;
  /** Received: each is counted where it arrives. */
  signals: number;
  timers: number;
  actions: number;
}

export const NO_LOAD: ServerLoad = {
  workflows: 0,
  events: 0,
  workflowTasks: 0,
  activities: 0,
  signals: 0,
  timers: 0,
  actions: 0,
};

export function loadOf({ events }: History): ServerLoad {
  const all = events ?? [];
  const sum = (count: (event: Event) => number) => all.reduce((total, event) => total + count(event), 0);
  const workflows = sum(({ workflowExecutionStartedEventAttributes: started }) => Number(started != null));
  const activities = sum(({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? 0);
  const signals = sum(({ workflowExecutionSignaledEventAttributes: came }) => Number(came != null));
  const timers = sum(({ timerStartedEventAttributes: started }) => Number(started != null));
  const children = sum(({ startChildWorkflowExecutionInitiatedEventAttributes: asked }) =>
    Number(asked != null),
  );
  const updates = sum(({ workflowExecutionUpdateAcceptedEventAttributes: taken }) => Number(taken != null));
  const others = children + updates + sum(isUpsert) + tasksWithMarkers(all);
  return {
    workflows,
    events: all.length,
    workflowTasks: sum(({ workflowTaskCompletedEventAttributes: done }) => Number(done != null)),
    activities,
    signals,
    timers,
    actions: workflows + activities + signals + timers + others,
  };
}

export function addLoads(loads: readonly ServerLoad[]): ServerLoad {
  const keys = Object.keys(NO_LOAD) as (keyof ServerLoad)[];
  return Object.fromEntries(
    keys.map((key) => [key, loads.reduce((total, load) => total + load[key], 0)]),
  ) as unknown as ServerLoad;
}

/** The mark of a patch is free. */
function isUpsert({ upsertWorkflowSearchAttributesEventAttributes: upsert }: Event): number {
  const names = Object.keys(upsert?.searchAttributes?.indexedFields ?? {});
  return Number(names.some((name) => name !== 'TemporalChangeVersion'));
}

/** All local activities of one workflow task together are one action, with everything else that it marks. */
function tasksWithMarkers(events: readonly Event[]): number {
  const tasks = events.flatMap(({ markerRecordedEventAttributes: marker }) =>
    marker == null ? [] : [String(marker.workflowTaskCompletedEventId)],
  );
  return new Set(tasks).size;
}
