/** How a workflow stands, of the statuses that Temporal has for it. */
import type { WorkflowExecutionInfo } from '@temporalio/client';

/** Null while it goes on; `completed` says nothing yet of how well. */
export function closedAs({
  status,
}: Pick<WorkflowExecutionInfo, 'status'>): 'completed' | 'failed' | 'cancelled' | 'terminated' | null {
  switch (status.name) {
    case 'RUNNING':
    case 'PAUSED':
    case 'CONTINUED_AS_NEW':
      return null;
    case 'TERMINATED':
      return 'terminated';
    case 'CANCELLED':
      return 'cancelled';
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
    case 'TIMED_OUT':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return 'failed';
  }
}
