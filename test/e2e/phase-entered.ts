/** The moment in which a migration enters a phase, as Temporal records it. */
import type { temporal } from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { type Phase, PHASES } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';

/** Resolves once its wave has started the migration, and Temporal has recorded that it enters this phase. */
export async function entered(client: Client, workflowId: string, phase: Phase): Promise<void> {
  await eventually(() =>
    client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => null),
  );
  const execution = { workflowId };
  for (let nextPageToken: Uint8Array | undefined; ;) {
    const answer = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution,
      waitNewEvent: true,
      nextPageToken,
    });
    if (answer.history?.events?.some((event) => phaseIn(event) === phase)) return;
    nextPageToken = answer.nextPageToken;
    if (nextPageToken.length === 0) throw new Error(`${workflowId} has ended, and never was in ${phase}`);
  }
}

/** The first phase is what a migration begins with: its wave may have said so already. */
function phaseIn(event: temporal.api.history.v1.IHistoryEvent): unknown {
  if (event.workflowExecutionStartedEventAttributes) return PHASES[0];
  const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
  const data = fields?.['DroverPhase']?.data;
  return data == null ? null : JSON.parse(Buffer.from(data).toString('utf8'));
}
