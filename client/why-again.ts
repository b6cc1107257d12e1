/** Why a step runs for another time, in words that tell a lost worker from a step that failed. */
import type { WorkflowExecutionDescription } from '@temporalio/client';

type Activity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** What the SDK's worker says of the activities that it had to leave as it stopped (1.24, `activity.ts`). */
const WORKER_SHUTDOWN = 'WorkerShutdown';
/** TIMEOUT_TYPE_HEARTBEAT of Temporal's API (`enums/v1/workflow.proto`). */
const HEARTBEAT = 4;

export function whyAgain({
  message,
  applicationFailureInfo,
  timeoutFailureInfo,
}: NonNullable<Activity['lastFailure']>): string {
  if (applicationFailureInfo?.type === WORKER_SHUTDOWN) return 'taken over from a worker that was stopped';
  if (timeoutFailureInfo?.timeoutType === HEARTBEAT) return 'taken over from a worker that fell silent';
  return message ?? '';
}
