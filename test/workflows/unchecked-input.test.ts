/** Migrations that began before inputs were checked. */
import { Worker } from '@temporalio/worker';
import { frozenVm } from '../support/frozen-vm';
import { workflowBundle } from '../support/workflow-bundle';
import { WorkflowLab, workflowIdOf } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start({ isNew: () => false });
});
afterAll(() => lab.stop());

test('one that would be refused today goes on as it was', async () => {
  const vm = frozenVm({ policy: { copyDeadlineSeconds: 30 * 86_400 } });
  lab.world(vm);
  const handle = await lab.migrate(vm);
  expect((await handle.result()).outcome).toBe('succeeded');

  const workflows = { workflowBundle: { codePath: await workflowBundle() } };
  const replay = Worker.runReplayHistory(workflows, await handle.fetchHistory(), workflowIdOf(vm));
  await expect(replay).resolves.toBeUndefined();
});
