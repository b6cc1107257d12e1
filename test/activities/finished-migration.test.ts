import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { readMigration } from '../../activities/finished-migration';
import type { FinishedMigration } from '../../activities/interfaces';
import type { FrozenVm } from '../../plan/frozen';
import { abortUpdate } from '../../workflows/temporal-api';
import { frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

function read({ vcenterUuid, vm: { moref } }: FrozenVm, runId: string): Promise<FinishedMigration> {
  const environment = new MockActivityEnvironment({}, { client: lab.client });
  return environment.run(readMigration, { vcenterUuid, moref, runId });
}

test('says which VM was migrated, whether its source ran, and since when it was off', async () => {
  const vm = frozenVm();
  lab.world(vm);
  const handle = await lab.migrate(vm);
  const { source } = await handle.result();
  expect(await read(vm, handle.firstExecutionRunId)).toEqual({ vm, sourceRan: true, off: source.off });
});

test('RecordMissing: a run that Temporal does not know, that has not ended, or that did not succeed', async () => {
  const vm = frozenVm();
  lab.world(vm).script.fail('checkTarget', 'QuotaExceeded');
  const missing = (why: string) => ({ type: 'RecordMissing', message: expect.stringContaining(why) });
  await expect(read(vm, randomUUID())).rejects.toMatchObject(missing('Temporal keeps no record'));
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  const runId = handle.firstExecutionRunId;
  await expect(read(vm, runId)).rejects.toMatchObject(missing('of a migration that has ended'));
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();
  await expect(read(vm, runId)).rejects.toMatchObject(missing('it did not succeed'));
});
