/** Temporal's own record of a migration that was finished, asked by the worker's client. */
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { frozenVmSchema, type FrozenVm } from '../plan/frozen';
import { readFields } from '../plan/read-fields';
import { vmId } from '../plan/workflow-ids';
import { failure } from './failure';
import { readFirstInput } from './first-input';
import type { FinishedMigration, MigrationRun } from './interfaces';

const time = z.string().nullable();

/** The part of a migration's result that matters here. An older version may have written it. */
const resultSchema = z.object({
  outcome: z.literal('succeeded'),
  source: z.object({
    ranAtStart: z.boolean().nullable(),
    stoppedByUs: z.boolean(),
    stoppedAt: time,
    off: z.object({ bootTime: time, lastPowerOn: time }).optional(),
  }),
});

/** @throws RecordMissing */
export async function readMigration({ vcenterUuid, moref, runId }: MigrationRun): Promise<FinishedMigration> {
  const workflowId = vmId({ vcenterUuid, moref });
  const { startTime } = await described(workflowId, runId);
  const vm = await readVm(workflowId, runId);
  const { workflow } = Context.current().client;
  const result = resultSchema.safeParse(
    await workflow.getHandle(workflowId, runId, { followRuns: false }).result(),
  );
  if (!result.success) throw missing(workflowId, runId, 'it did not succeed');
  const { ranAtStart, stoppedByUs, stoppedAt, off } = result.data.source;
  // An older version kept no evidence. Whatever vCenter recorded after the stop shows that the source ran since.
  const stopped = stoppedAt ?? startTime.toISOString();
  return {
    vm,
    sourceRan: ranAtStart ?? stoppedByUs,
    off: off ?? { bootTime: stopped, lastPowerOn: stopped },
  };
}

async function described(workflowId: string, runId: string) {
  try {
    const handle = Context.current().client.workflow.getHandle(workflowId, runId);
    const description = await handle.describe();
    if (description.type === 'migrateVm' && description.status.name === 'COMPLETED') return description;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  throw missing(workflowId, runId, 'Temporal keeps no record of a migration that has ended');
}

async function readVm(workflowId: string, runId: string): Promise<FrozenVm> {
  const input = await readFirstInput({ workflowId, runId });
  const { value, wrong } = readFields<FrozenVm>(frozenVmSchema as unknown as z.ZodType<FrozenVm>, input);
  if (value !== undefined) return value;
  throw missing(workflowId, runId, `another version of Drover started it: ${wrong}`);
}

function missing(workflowId: string, runId: string, why: string): Error {
  return failure('RecordMissing', `${workflowId}, run ${runId}: ${why}`);
}
