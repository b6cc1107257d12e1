/** What of a large wave comes in pieces: its rows while it runs, and its report. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { limit } from '../plan/concurrency';
import {
  type PageRef,
  type PageResult,
  type WaveResult,
  type WaveState,
  waveStateQuery,
} from '../workflows/temporal-api';
import { queryState } from './query-state';

/** All of a wave that runs, in as many answers as that takes; null where no worker answers. */
export async function queryWave(client: Client, workflowId: string): Promise<WaveState | null> {
  const first = await queryState(client, waveStateQuery, workflowId);
  let last = first;
  const vms = first === null ? [] : [...first.vms];
  while (last?.next !== undefined) {
    last = await queryState(client, waveStateQuery, workflowId, { args: [last.next] });
    vms.push(...(last?.vms ?? []));
  }
  if (first === null || last === null) return null;
  const whole = { ...first, vms };
  delete whole.next;
  return whole;
}

/** Results of pages that are read at once. */
const PAGES_AT_ONCE = 8;

/** The whole report, as the pages keep it. A page whose record Temporal has dropped is missing from it. */
export async function withPages(client: Client, result: WaveResult): Promise<WaveResult> {
  const { pages = [] } = result;
  const inTurn = limit(PAGES_AT_ONCE);
  const read = await Promise.all(pages.map((page) => inTurn(() => readPage(client, page))));
  return { ...result, results: [...result.results, ...read.flatMap((page) => page?.results ?? [])] };
}

async function readPage(client: Client, { workflowId, runId }: PageRef): Promise<PageResult | null> {
  try {
    return await client.workflow.result<() => Promise<PageResult>>(workflowId, runId);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
