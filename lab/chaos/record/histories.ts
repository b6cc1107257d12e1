/** The histories that Temporal keeps, as JSON, and what they say of VMs. */
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { RunName } from '../check/facts';

export interface RecordedHistory {
  workflowId: string;
  runId: string;
  history: { events: HistoryEvent[] };
}

interface Payloads {
  payloads?: { data?: string }[];
}

export interface HistoryEvent {
  eventTime: string;
  eventType: string;
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string }; input?: Payloads };
  workflowExecutionCompletedEventAttributes?: { result?: Payloads };
  workflowExecutionContinuedAsNewEventAttributes?: { newExecutionRunId: string };
  childWorkflowExecutionStartedEventAttributes?: { workflowExecution: RunName };
  childWorkflowExecutionCompletedEventAttributes?: { workflowExecution: { workflowId: string } };
}

/** Of which workflow it is. */
export function typeOf({ history }: RecordedHistory): string | undefined {
  return history.events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name;
}

/** The runs that it has begun. */
export function runsBegun({ workflowId, history }: RecordedHistory): RunName[] {
  return history.events.flatMap((event) => {
    const next = event.workflowExecutionContinuedAsNewEventAttributes;
    const child = event.childWorkflowExecutionStartedEventAttributes;
    return [
      ...(next ? [{ workflowId, runId: next.newExecutionRunId }] : []),
      ...(child
        ? [{ workflowId: child.workflowExecution.workflowId, runId: child.workflowExecution.runId }]
        : []),
    ];
  });
}

/** Of every run of every workflow, by the begin of each run. */
export async function fetchHistories(temporal: Client): Promise<RecordedHistory[]> {
  const found: RecordedHistory[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({
      workflowId,
      runId,
      history: JSON.parse(historyToJSON(history)) as RecordedHistory['history'],
    });
  }
  return found.sort((one, other) => beganAt(one) - beganAt(other));
}

function beganAt({ history }: RecordedHistory): number {
  return timeOf(history.events[0]);
}

export function timeOf(event: HistoryEvent | undefined): number {
  return Date.parse(event?.eventTime ?? '');
}

/** The first thing that a workflow was given, or gave; null where there is none. */
export function firstOf<T>(payloads: Payloads | undefined): T | null {
  const data = payloads?.payloads?.[0]?.data;
  return data === undefined ? null : (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as T);
}

/** All that a history holds as text: with what its payloads hold. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, inner]) =>
      key === 'data' && typeof inner === 'string'
        ? Buffer.from(inner, 'base64').toString('utf8')
        : textOf(inner),
    )
    .join('\n');
}
