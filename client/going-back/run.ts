/** Starts a rollback, or makes a target final, and waits until it has ended or needs somebody. */
import { setTimeout as delay } from 'node:timers/promises';
import { TypedSearchAttributes } from '@temporalio/common';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { readInput } from '../../workflows/inputs';
import {
  searchAttributes,
  type OperatorRequest,
  type RollBackInput,
  type RollBackResult,
} from '../../workflows/temporal-api';
import { DroverError, fromWorkflowFailure } from '../errors';
import type { FinishedVm } from './finished';

/** How often the workflow is described: nothing tells a client that it waits for an operator. */
const LOOK_MS = 400;

export type GoingBack = 'rollBackVm' | 'finalizeVm';
export type GoingBackOptions = OperatorRequest & Pick<RollBackInput, 'source' | 'deleteTarget'>;

/**
 * Returns once Temporal has it. Whoever waits for it no longer does not stop it.
 *
 * @throws `InvalidInput`; `AlreadyMigrating` where another workflow of the VM runs
 */
export async function startGoingBack(
  client: Client,
  type: GoingBack,
  { vm, options }: { vm: FinishedVm; options: GoingBackOptions },
): Promise<void> {
  const [vcenterUuid = '', moref = ''] = vm.workflowId.split('/').slice(1);
  const input: RollBackInput = { vcenterUuid, moref, runId: vm.runId, ...options };
  const { wrong } = readInput(type, input);
  if (wrong !== null) throw new DroverError('InvalidInput', wrong);
  try {
    await client.workflow.start<(input: RollBackInput) => Promise<RollBackResult>>(type, {
      taskQueue: vm.taskQueue,
      workflowId: vm.workflowId,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributes.plan, value: vm.plan },
        { key: searchAttributes.vm, value: vm.vm },
      ]),
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const message = `another workflow of ${vm.vm} runs (${vm.workflowId}); wait for its end, or abort it`;
    throw new DroverError('AlreadyMigrating', message, { cause: error });
  }
}

/**
 * The result; or the kind of the failure for which it waits for an operator.
 *
 * @throws `NoResult`, `Refused`
 */
export async function settled(client: Client, workflowId: string): Promise<RollBackResult | string> {
  const handle = client.workflow.getHandle<() => Promise<RollBackResult>>(workflowId);
  for (;;) {
    const { status, typedSearchAttributes } = await handle.describe();
    if (status.name !== 'RUNNING') {
      try {
        return await handle.result();
      } catch (error) {
        throw fromWorkflowFailure(error, `nothing was put back; see: drover status ${workflowId}`);
      }
    }
    const attention = typedSearchAttributes.get(searchAttributes.attention);
    if (attention !== undefined && attention !== '') return attention;
    await delay(LOOK_MS);
  }
}
