import { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { SlotHolder } from '../../activities/interfaces';
import { findGoneHolders } from '../../activities/slot-holders';
import { abortUpdate } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

function findGone(...holders: SlotHolder[]): Promise<SlotHolder[]> {
  return new MockActivityEnvironment({}, { client: lab.client }).run(findGoneHolders, holders);
}

/** A migration that waits for an operator until it is ended. */
async function living(vm = frozenVm()): Promise<{ handle: MigrationHandle; holder: SlotHolder }> {
  lab.world(vm).script.fail('checkTarget', 'QuotaExceeded');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  return { handle, holder: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId } };
}

test('a migration that was terminated or has ended is gone, and one that runs is not', async () => {
  const [terminated, aborted, runs] = [await living(), await living(), await living()];
  await terminated.handle.terminate();
  await aborted.handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await aborted.handle.result();
  const all = [terminated.holder, aborted.holder, runs.holder];
  await eventually(async () => (await findGone(...all)).length === 2);
  expect(await findGone(...all)).toEqual([terminated.holder, aborted.holder]);
});

test('a migration under an id that another one has taken since is gone, and the other is not', async () => {
  const vm = frozenVm();
  const former = await living(vm);
  await former.handle.terminate();
  const latter = await living(vm);
  expect(latter.holder.workflowId).toBe(former.holder.workflowId);
  const both = [latter.holder, former.holder];
  // A list may still show the former one.
  await eventually(async () => (await findGone(...both)).length > 0);
  expect(await findGone(...both)).toEqual([former.holder]);
});

test('a migration that was reset lives on under its first run', async () => {
  const { handle, holder } = await living();
  const { workflowService, options } = lab.client;
  const request = temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest.fromObject({
    namespace: options.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    reason: 'a test',
    requestId: 'reset',
    workflowTaskFinishEventId: 4,
  });
  const { runId } = await workflowService.resetWorkflowExecution(request);
  expect(runId).not.toBe(holder.runId);
  expect(await findGone(holder)).toEqual([]);
});

test('a migration that Temporal knows nothing of is gone', async () => {
  const unknown = { workflowId: 'migrate-vm/vcenter/vm-none', runId: 'b1f5ad4b-5b9a-4f0c-9f5e-4b1f5ad4b5b9' };
  expect(await findGone(unknown)).toEqual([unknown]);
});

test('nobody is gone because Temporal can not be asked', async () => {
  const { holder } = await living();
  const client = new Client({ connection: lab.client.connection, namespace: 'nowhere' });
  const environment = new MockActivityEnvironment({}, { client });
  await expect(environment.run(findGoneHolders, [holder])).rejects.toThrow('Namespace not found');
});
