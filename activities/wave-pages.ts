/** What a wave must ask Temporal about its pages: a workflow can ask no other one. */
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { inParallel } from './in-parallel';
import type { SettledPages, WaveActivities } from './interfaces';
import { heartbeating } from './progress';

/** Questions at once. */
const AT_ONCE = 8;

export const waveActivities: WaveActivities = {
  findEnded: (workflowIds) => heartbeating(() => findEnded(workflowIds)),
  settlePages: (pages, wanted) => heartbeating(() => settlePages(pages, wanted)),
};

async function findEnded(workflowIds: readonly string[]): Promise<string[]> {
  const { workflow } = Context.current().client;
  const ended = await inParallel(workflowIds, AT_ONCE, async (workflowId) => {
    try {
      const { status } = await workflow.getHandle(workflowId).describe();
      return status.name === 'RUNNING' ? [] : [workflowId];
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return [workflowId];
      throw error;
    }
  });
  return ended.flat();
}

async function settlePages(
  pages: Parameters<WaveActivities['settlePages']>[0],
  wanted: boolean,
): Promise<SettledPages> {
  const { workflow } = Context.current().client;
  const settled = await inParallel(pages, AT_ONCE, async ({ number, workflowId, runId }) => {
    try {
      const { results } = (await workflow.getHandle(workflowId, runId).result()) as { results: unknown[] };
      return { number, results };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError)) throw error;
      return { number, results: null };
    }
  });
  return {
    lost: settled.flatMap(({ number, results }) => (results === null ? [number] : [])),
    results: wanted ? settled.map(({ results }) => results ?? []) : [],
  };
}
