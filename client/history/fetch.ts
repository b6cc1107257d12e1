/** A workflow's history and those of all that it started, from Temporal: no worker is asked. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { INPUTS } from '../../workflows/inputs';
import { DroverError, GRPC, grpcCode } from '../errors';
import type { History, RecordedHistory } from './recorded';

interface Run {
  workflowId: string;
  /** Absent: the latest. */
  runId?: string;
}

export interface FetchedHistories {
  /** The workflow's own first, then its children in the order of their starts. */
  histories: RecordedHistory[];
  /** Ids of children whose histories Temporal no longer keeps. */
  forgotten: string[];
}

/** @throws `NotFound` */
export async function fetchHistories(client: Client, run: Run): Promise<FetchedHistories> {
  const own = await fetchHistory(client, run);
  if (own === null) throw new DroverError('NotFound', `Temporal keeps no history of ${run.workflowId}`);
  const fetched: FetchedHistories = {
    histories: [{ workflowId: run.workflowId, history: own }],
    forgotten: [],
  };
  for (const child of childrenOf(own)) {
    const history = await fetchHistory(client, child);
    if (history === null) fetched.forgotten.push(child.workflowId);
    else fetched.histories.push({ workflowId: child.workflowId, history });
  }
  return fetched;
}

async function fetchHistory(client: Client, { workflowId, runId }: Run): Promise<History | null> {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function childrenOf({ events }: History): Required<Run>[] {
  return (events ?? []).flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) => {
    const { workflowId, runId } = started?.workflowExecution ?? {};
    return workflowId == null || runId == null ? [] : [{ workflowId, runId }];
  });
}

/**
 * Of Drover's workflows that a visibility query finds, the newest first, each run by itself. Others of the namespace are
 * not looked at.
 *
 * @param most so many at most
 * @throws `InvalidInput` where Temporal can't read the query
 */
export async function* findHistories(
  client: Client,
  query: string,
  most: number,
): AsyncGenerator<RecordedHistory> {
  const types = Object.keys(INPUTS).map((type) => `'${type}'`);
  const ours = `(${query}) AND WorkflowType IN (${types.join(', ')})`;
  let found = 0;
  try {
    for await (const { workflowId, runId } of client.workflow.list({ query: ours })) {
      const history = await fetchHistory(client, { workflowId, runId });
      // One that Temporal has forgotten since the list was made.
      if (history !== null) yield { workflowId, history };
      if (++found === most) return;
    }
  } catch (error) {
    if (grpcCode(error) !== GRPC.invalidArgument) throw error;
    const why =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    throw new DroverError('InvalidInput', `Temporal can't read the query (${why})`, { cause: error });
  }
}
