/** A disk whose turn comes while another one is copied: the source is proven off beside that copy. */
import { Worker } from '@temporalio/worker';
import { BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { eventually } from '../../support/eventually';
import { workflowBundle } from '../../support/workflow-bundle';
import { type MigrationHandle, OPERATOR, WorkflowLab } from '../../support/workflow-lab';
import { abortUpdate } from '../../../workflows/temporal-api';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

/** Of the looks at the source's power: two stop it, the third proves it off for the first disk, and this one for the second. */
const SECOND_PROOF = 4;

/** Whether the workflow works on what it has heard of a copy that failed. */
async function hearsOfFailure(handle: MigrationHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const failed =
    events?.findIndex((event) => event.childWorkflowExecutionFailedEventAttributes != null) ?? -1;
  return (
    failed >= 0 && events!.slice(failed).some((event) => event.workflowTaskStartedEventAttributes != null)
  );
}

test('a copy that fails while another disk is proven replays in the order in which it happened', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  let looks = 0;
  let prove = (): void => undefined;
  const proof = new Promise<void>((resolve) => (prove = resolve));
  world.script.run('readPower', () => {
    looks += 1;
    return looks === SECOND_PROOF ? proof : undefined;
  });

  const handle = await lab.migrate(vm, { workflowTaskTimeout: '3s' });
  await eventually(() => hearsOfFailure(handle));
  prove();

  const { disks } = await lab.parked(vm);
  expect(disks.map(({ phase }) => phase)).toEqual(['failed', 'copied']);
  const bundle = { codePath: await workflowBundle() };
  await Worker.runReplayHistory({ workflowBundle: bundle }, await handle.fetchHistory(), handle.workflowId);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('aborted');
});
