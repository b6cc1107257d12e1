/**
 * How each class of activity is called: how long, how often, on which queue.
 *
 * Retries are bounded by time (`scheduleToClose`), never by attempts: a worker that dies is not a failed step.
 * Kinds of failure that trying again can't mend come back at once.
 */
import {
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
  type ActivityInterfaceFor,
  type RetryPolicy,
} from '@temporalio/workflow';
import type {
  ChangeActivities,
  CleanUpActivities,
  PlanningActivities,
  RollBackActivities,
  SlotDoor,
  SourceActivities,
  TargetActivities,
  WaitActivities,
  WaveActivities,
  WindowActivities,
} from '../activities/interfaces';
import { FAILURES, NON_RETRYABLE_KINDS } from '../plan/failures';
import { waitQueueOf } from '../plan/task-queue';

const RETRY: RetryPolicy = {
  // Also the time after which the step of a dead worker is given to another one.
  initialInterval: '250ms',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: [...NON_RETRYABLE_KINDS],
};

/**
 * Said for every class: left out, the SDK (1.24) lets a cancelled activity run on beside what comes after it, and a
 * migration that is given up would be tidied while a former step still makes things.
 */
const cancellationType = 'WAIT_CANCELLATION_COMPLETED';

/**
 * A worker that sends no heartbeat for this time counts as dead, and another worker begins its activity again. What it takes
 * until the other one goes on is at most ten seconds (docs/operations.md, A worker that dies). A worker that stands still for
 * five seconds is not given up: beats are at most 2.5 seconds apart. One that stands still for longer finds, when it wakes, that
 * its step is another's: whatever it still does then, the other does, too (docs/decisions/0032).
 */
const HEARTBEAT_TIMEOUT = '7500ms';

/** For reads that keep no source off: nobody loses by a late second one, and they may keep a worker busy. */
const PATIENT_HEARTBEAT_TIMEOUT = '30s';

/**
 * Of each task of a migration. The local activities of a dead worker begin again after this time. While one of them runs, the
 * workflow hears operators after eight tenths of it.
 */
export const VM_TASK_TIMEOUT = '8s';

/**
 * Added to a wait's own deadline: a worker needs time to take the wait, and the wait itself should say that its deadline
 * passed, before Temporal does.
 */
const WAIT_SLACK_SECONDS = 300;

/**
 * Reads of a whole plan or inventory. Somebody waits for the answer and nothing has begun, so a vCenter or a cluster
 * that can't be reached is an answer, too: only a worker that dies is made up for.
 */
export const planning = proxyActivities<PlanningActivities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: PATIENT_HEARTBEAT_TIMEOUT,
  retry: { ...RETRY, nonRetryableErrorTypes: Object.keys(FAILURES) },
  cancellationType,
});

/** Somebody waits for the answer, and everything stays as it was until then: see {@link planning}. Nothing waits for its end. */
export const asked = proxyActivities<ChangeActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '90s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { ...RETRY, nonRetryableErrorTypes: Object.keys(FAILURES) },
  cancellationType: 'TRY_CANCEL',
});

/** What a wave asks Temporal about its pages. It has time: nothing else of the wave waits meanwhile. */
export const pageLooks = proxyActivities<WaveActivities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '1h',
  heartbeatTimeout: PATIENT_HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

/**
 * Several requests to the cluster each. Between two of them a workflow hears what was said meanwhile: a migration that was
 * given up while it was checked makes nothing.
 */
export const quick = proxyActivities<Omit<TargetActivities, 'markVolume' | 'startMachine'>>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

/** Ordinary activities, also in the oldest migrations: see `migrate-vm/made-local.ts`. */
export type MadeLocal = 'startConversion' | 'createMachine' | 'tidy';

type Step =
  | 'lookAtWindows'
  | 'checkSource'
  | 'readPower'
  | 'readPowers'
  | 'markVolume'
  | 'startMachine'
  | 'resumeTarget'
  | 'ensureTransferSlots'
  | MadeLocal;

/**
 * What was local in migrations and rollbacks of an older version, which go on so. A few requests: they run within the workflow's
 * own task, as a marker in history instead of three events and a round trip. Until they end the workflow hears of nothing. What
 * the workflow learnt since that task began is not in history yet when they run: what one of them makes, the migration must have
 * called possible (`memory.made`) in an earlier task.
 */
export const local = proxyLocalActivities<
  Pick<SourceActivities & TargetActivities & RollBackActivities & SlotDoor & WindowActivities, Step>
>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10m',
  // A workflow that waits to ask again gives its task back, for others to have it.
  localRetryThreshold: '1s',
  retry: { ...RETRY, initialInterval: '1s' },
  cancellationType,
});

/**
 * The short steps of a migration or a rollback. As local activities they did not always replay as they ran (SDK 1.24;
 * docs/design.md, Local activities).
 */
export const beside = proxyActivities<
  Pick<SourceActivities & TargetActivities & RollBackActivities & SlotDoor & WindowActivities, Step>
>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

/** A calculation in the worker itself. A wave must not end because no worker was there for it: it has no deadline. */
export const clock = proxyActivities<WindowActivities>({
  startToCloseTimeout: '30s',
  retry: RETRY,
  cancellationType,
});

/** The same in waves and checks of an older version, which go on so. */
export const localClock = proxyLocalActivities<WindowActivities>({
  startToCloseTimeout: '30s',
  retry: { ...RETRY, initialInterval: '1s' },
  cancellationType,
});

/** Changes of the source's power. Their deadline is short: they must not act on an old decision. */
export const power = proxyActivities<Omit<SourceActivities, 'checkSource' | 'readPower' | 'readPowers'>>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '5m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

/** On the main queue, so that an abort never queues behind other VMs' waits. */
export const cleanUp = proxyActivities<CleanUpActivities>({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

type BackWaits = 'stopTarget' | 'deleteTarget';

/** Looks and notes of a rollback. */
export const back = proxyActivities<Omit<RollBackActivities, BackWaits | 'resumeTarget'>>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

/** What a rollback stops and removes: as {@link cleanUp}. */
export const backWaits = proxyActivities<Pick<RollBackActivities, BackWaits>>({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  cancellationType,
});

type PlainWaits = Omit<WaitActivities, keyof CleanUpActivities>;

/** Waits of at most `deadlineSeconds`, over all their attempts. */
export function waits(deadlineSeconds: number): ActivityInterfaceFor<PlainWaits> {
  return proxyActivities<PlainWaits>({
    // The workflow's own tenant's, whoever started it.
    taskQueue: waitQueueOf(workflowInfo().taskQueue),
    scheduleToCloseTimeout: (deadlineSeconds + WAIT_SLACK_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { ...RETRY, maximumInterval: '10s' },
    cancellationType,
  });
}
