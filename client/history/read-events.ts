/** What the events of one workflow's history say, in the words of a migration. Pure. */
import type { Payload } from '@temporalio/common';
import { whyAgain } from '../why-again';
import { valueOf } from './payloads';
import type { History, HistoryEvent } from './recorded';
import { stepName } from './steps';

/**
 * `phase`: of the VM. `step`: an activity. `copy`: the child workflow of one disk. `parked`: it waits for an operator.
 * `decision`: somebody's word. `worker`: something about the workers, not about the VM.
 */
export type ToldKind = 'begin' | 'phase' | 'step' | 'copy' | 'parked' | 'decision' | 'worker' | 'end';

export interface Told {
  /** ISO 8601, of its begin. */
  at: string;
  /** Null for what takes no time, and for what has not ended. */
  seconds: number | null;
  kind: ToldKind;
  what: string;
  /** `open`: it had not ended when the history was read. */
  outcome: 'done' | 'failed' | 'stopped' | 'open';
  /** Runs of an activity; 1 for all else. */
  attempts: number;
  /** Why: an operator's reason, a failure, what an earlier attempt ended with; null where there is nothing to say. */
  why: string | null;
  /** Id of the child workflow that it is about. */
  child: string | null;
}

interface Reading {
  told: Told[];
  /** What has begun and not ended, by the number of the event that it began with. */
  open: Map<string, Told>;
  phase: Told | null;
  parked: Told | null;
  /** Number of the event by which the timer of its deadline was started. */
  deadline: string | null;
  /** The last failure of a step or a copy: what a parked VM waits for. */
  failure: string | null;
}

type Attributes = {
  [Key in Extract<keyof HistoryEvent, `${string}Attributes`>]?: (
    reading: Reading,
    at: number,
    attributes: NonNullable<HistoryEvent[Key]>,
    event: HistoryEvent,
  ) => void;
};

export function readEvents({ events }: History): Told[] {
  const reading: Reading = {
    told: [],
    open: new Map(),
    phase: null,
    parked: null,
    deadline: null,
    failure: null,
  };
  for (const event of events ?? []) readEvent(reading, event);
  return reading.told;
}

function readEvent(reading: Reading, event: HistoryEvent): void {
  for (const key of Object.keys(READERS) as (keyof typeof READERS)[]) {
    const attributes = event[key];
    if (attributes == null) continue;
    const read = READERS[key] as (...args: unknown[]) => void;
    read(reading, msOf(event.eventTime) ?? 0, attributes, event);
  }
}

/** As Temporal writes a time: seconds are a number, a text or a Long, wherever the history is from. */
interface ProtoTime {
  seconds?: { toString(): string } | null;
  nanos?: number | null;
}

function msOf(time: ProtoTime | null | undefined): number | null {
  return time == null ? null : Number(String(time.seconds ?? 0)) * 1000 + (time.nanos ?? 0) / 1e6;
}

// ---- Telling ------------------------------------------------------------------------------------------------

function tell(reading: Reading, at: number, said: Pick<Told, 'kind' | 'what'> & Partial<Told>): Told {
  const plain = { seconds: null, outcome: 'done', attempts: 1, why: null, child: null } as const;
  const told: Told = { at: new Date(at).toISOString(), ...plain, ...said };
  reading.told.push(told);
  return told;
}

function begin(reading: Reading, event: HistoryEvent, told: Told): void {
  reading.open.set(String(event.eventId), told);
}

interface End {
  /** Number of the event that it began with. */
  began: unknown;
  outcome: Told['outcome'];
  why?: string | null;
}

function end(reading: Reading, at: number, { began, outcome, why = null }: End): void {
  const told = reading.open.get(String(began));
  if (told === undefined) return;
  reading.open.delete(String(began));
  finish(told, at, outcome);
  if (why !== null) told.why = why;
  if (outcome === 'failed') reading.failure = told.why;
}

function finish(told: Told, at: number, outcome: Told['outcome']): void {
  told.seconds = Math.max(0, (at - Date.parse(told.at)) / 1000);
  told.outcome = outcome;
}

type Cause = Parameters<typeof whyAgain>[0] & { cause?: Cause | null };

/** The innermost message: those around it say only that an activity or a child failed. */
function messageOf(failure: Cause | null | undefined): string | null {
  if (failure == null) return null;
  return messageOf(failure.cause) ?? whyAgain(failure);
}

// ---- The migration itself -----------------------------------------------------------------------------------

function finishPhase(reading: Reading, at: number): void {
  if (reading.phase !== null) finish(reading.phase, at, 'done');
  reading.phase = null;
  unpark(reading, at);
}

function unpark(reading: Reading, at: number): void {
  if (reading.parked !== null) finish(reading.parked, at, 'done');
  reading.parked = null;
  reading.deadline = null;
}

/** The words of an operator, where they are such. */
function wordOf(payload: Payload | null | undefined): Record<'who' | 'why' | 'to', string | null> {
  const { who, why, to, changes } = (valueOf(payload) ?? {}) as Record<string, unknown>;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const set = Object.entries(typeof changes === 'object' && changes !== null ? changes : {});
  const asked = set.map(([key, value]) => `${key}=${String(value)}`).join(' ');
  const reason = textOf(why);
  return {
    who: textOf(who),
    to: textOf(to),
    why: reason === null || asked === '' ? reason : `${reason} (asks for ${asked})`,
  };
}

function decided(reading: Reading, at: number, action: string, payload: Payload | null | undefined): void {
  const { who, why, to } = wordOf(payload);
  const what = to === null ? action : `${action} to ${to}`;
  tell(reading, at, { kind: 'decision', what: who === null ? what : `${what} by ${who}`, why });
}

function ended(reading: Reading, at: number, what: string, more: Partial<Told> = {}): void {
  finishPhase(reading, at);
  // Nothing goes on after a workflow's end.
  for (const told of reading.open.values()) finish(told, at, 'stopped');
  reading.open.clear();
  tell(reading, at, { kind: 'end', what, ...more });
}

const READERS: Attributes = {
  workflowExecutionStartedEventAttributes: (reading, at, { parentWorkflowExecution }) => {
    tell(reading, at, {
      kind: 'begin',
      what: 'begins',
      why: wordOfParent(parentWorkflowExecution?.workflowId),
    });
  },
  upsertWorkflowSearchAttributesEventAttributes: (reading, at, { searchAttributes }) => {
    const { DroverPhase, DroverAttention } = searchAttributes?.indexedFields ?? {};
    const phase = valueOf(DroverPhase);
    if (typeof phase === 'string') {
      finishPhase(reading, at);
      reading.phase = tell(reading, at, { kind: 'phase', what: phase, outcome: 'open' });
    }
    const attention = valueOf(DroverAttention);
    if (typeof attention === 'string')
      reading.parked = tell(reading, at, {
        kind: 'parked',
        what: `parked: ${attention}`,
        outcome: 'open',
        why: reading.failure,
      });
    else if (DroverAttention !== undefined) unpark(reading, at);
  },
  workflowExecutionUpdateAcceptedEventAttributes: (reading, at, { acceptedRequest }) => {
    decided(
      reading,
      at,
      acceptedRequest?.input?.name ?? 'update',
      acceptedRequest?.input?.args?.payloads?.[0],
    );
  },
  workflowExecutionSignaledEventAttributes: (reading, at, { signalName, input }) => {
    if (signalName === 'giveUp') decided(reading, at, 'cancel in the wave', input?.payloads?.[0]);
  },
  workflowExecutionCancelRequestedEventAttributes: (reading, at, { cause }) => {
    tell(reading, at, { kind: 'decision', what: 'cancel', why: cause || null });
  },
  timerStartedEventAttributes: (reading, _at, _timer, { eventId }) => {
    // A migration that parks starts no other one: older ones may still run.
    if (reading.parked !== null) reading.deadline ??= String(eventId);
  },
  timerFiredEventAttributes: (reading, at, { startedEventId }) => {
    if (reading.deadline === String(startedEventId))
      tell(reading, at, { kind: 'decision', what: 'the deadline for an operator has passed' });
  },

  // ---- Steps ------------------------------------------------------------------------------------------------

  activityTaskScheduledEventAttributes: (reading, at, { activityType }, event) => {
    const told = tell(reading, at, {
      kind: 'step',
      what: stepName(activityType?.name ?? ''),
      outcome: 'open',
    });
    begin(reading, event, told);
  },
  activityTaskStartedEventAttributes: (reading, _at, { scheduledEventId, attempt, lastFailure }) => {
    const told = reading.open.get(String(scheduledEventId));
    if (told === undefined) return;
    told.attempts = attempt ?? 1;
    told.why = messageOf(lastFailure as Cause | null);
  },
  activityTaskCompletedEventAttributes: (reading, at, { scheduledEventId }) =>
    end(reading, at, { began: scheduledEventId, outcome: 'done' }),
  activityTaskFailedEventAttributes: (reading, at, { scheduledEventId, failure }) =>
    end(reading, at, { began: scheduledEventId, outcome: 'failed', why: messageOf(failure as Cause) }),
  activityTaskTimedOutEventAttributes: (reading, at, { scheduledEventId, failure }) =>
    end(reading, at, { began: scheduledEventId, outcome: 'failed', why: messageOf(failure as Cause) }),
  activityTaskCanceledEventAttributes: (reading, at, { scheduledEventId }) =>
    end(reading, at, { began: scheduledEventId, outcome: 'stopped' }),
  markerRecordedEventAttributes: (reading, at, { markerName, details, failure }) => {
    if (markerName !== LOCAL_ACTIVITY) return;
    const data = valueOf(details?.['data']?.payloads?.[0]) as LocalActivity | undefined;
    if (data === undefined) return;
    const began = msOf(data.original_schedule_time) ?? at;
    const told = tell(reading, Math.min(at, began), {
      kind: 'step',
      what: stepName(data.activity_type),
      attempts: data.attempt,
    });
    finish(told, msOf(data.complete_time) ?? at, failure == null ? 'done' : 'failed');
    told.why = messageOf(failure as Cause | null);
    if (told.outcome === 'failed') reading.failure = told.why;
  },

  // ---- Disks ------------------------------------------------------------------------------------------------

  startChildWorkflowExecutionInitiatedEventAttributes: (reading, at, { workflowId }, event) => {
    const told = tell(reading, at, {
      kind: 'copy',
      what: 'copy',
      outcome: 'open',
      child: workflowId ?? null,
    });
    begin(reading, event, told);
  },
  startChildWorkflowExecutionFailedEventAttributes: (reading, at, { initiatedEventId }) =>
    end(reading, at, {
      began: initiatedEventId,
      outcome: 'failed',
      why: 'its workflow could not be started',
    }),
  childWorkflowExecutionCompletedEventAttributes: (reading, at, { initiatedEventId }) =>
    end(reading, at, { began: initiatedEventId, outcome: 'done' }),
  childWorkflowExecutionFailedEventAttributes: (reading, at, { initiatedEventId, failure }) =>
    end(reading, at, { began: initiatedEventId, outcome: 'failed', why: messageOf(failure as Cause) }),
  childWorkflowExecutionTimedOutEventAttributes: (reading, at, { initiatedEventId }) =>
    end(reading, at, { began: initiatedEventId, outcome: 'failed', why: 'its workflow timed out' }),
  childWorkflowExecutionCanceledEventAttributes: (reading, at, { initiatedEventId }) =>
    end(reading, at, { began: initiatedEventId, outcome: 'stopped' }),
  childWorkflowExecutionTerminatedEventAttributes: (reading, at, { initiatedEventId }) =>
    end(reading, at, { began: initiatedEventId, outcome: 'failed', why: 'its workflow was terminated' }),

  // ---- Workers ----------------------------------------------------------------------------------------------

  workflowTaskFailedEventAttributes: (reading, at, { failure, newRunId }) => {
    const what = newRunId ? 'reset to this point' : "a worker could not run the workflow's code";
    tell(reading, at, {
      kind: 'worker',
      what,
      outcome: newRunId ? 'done' : 'failed',
      why: messageOf(failure as Cause),
    });
  },
  workflowTaskTimedOutEventAttributes: (reading, at) => {
    tell(reading, at, {
      kind: 'worker',
      what: 'the worker fell silent; another one goes on',
      outcome: 'failed',
    });
  },

  // ---- End --------------------------------------------------------------------------------------------------

  workflowExecutionCompletedEventAttributes: (reading, at, { result }) => {
    const { outcome } = (valueOf(result?.payloads?.[0]) ?? {}) as { outcome?: unknown };
    ended(reading, at, typeof outcome === 'string' ? outcome : 'ended');
  },
  workflowExecutionFailedEventAttributes: (reading, at, { failure }) =>
    ended(reading, at, 'failed', { outcome: 'failed', why: messageOf(failure as Cause) }),
  workflowExecutionTimedOutEventAttributes: (reading, at) =>
    ended(reading, at, 'timed out', { outcome: 'failed' }),
  workflowExecutionCanceledEventAttributes: (reading, at) =>
    ended(reading, at, 'cancelled', { outcome: 'stopped' }),
  workflowExecutionTerminatedEventAttributes: (reading, at, { reason, identity }) =>
    ended(reading, at, identity ? `terminated by ${identity}` : 'terminated', {
      outcome: 'stopped',
      why: reason || null,
    }),
  workflowExecutionContinuedAsNewEventAttributes: (reading, at) =>
    ended(reading, at, 'continues as a new run'),
};

const LOCAL_ACTIVITY = 'core_local_activity';

/** As the SDK's core writes it (sdk-core, `LocalActivityMarkerData`). */
interface LocalActivity {
  activity_type: string;
  attempt: number;
  original_schedule_time?: ProtoTime | null;
  complete_time?: ProtoTime | null;
}

function wordOfParent(parent: string | null | undefined): string | null {
  return parent ? `started by ${parent}` : null;
}
