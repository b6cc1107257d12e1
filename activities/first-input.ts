/** What a workflow was started with, by Temporal's own record. */
import { Context } from '@temporalio/activity';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';

/** Its first argument: the first event of a history holds it. Foreign data; undefined where there is none. */
export async function readFirstInput(execution: { workflowId: string; runId: string }): Promise<unknown> {
  const { workflowService, options } = Context.current().client;
  const { history } = await workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const [input] = await decodeArrayFromPayloads(options.loadedDataConverter, started?.input?.payloads);
  return input;
}
