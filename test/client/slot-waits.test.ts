/** `drover status` and `drover wave status` say why a VM waits for its turn: for what, held by whom, and until when. */
import type { FrozenVm } from '../../plan/frozen';
import { waveId } from '../../plan/workflow-ids';
import { stateQuery, TASK_QUEUE, waveStateQuery } from '../../workflows/temporal-api';
import type { VmStatus } from '../../client';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { endTransferSlots, limitTo } from '../support/transfer-slots';
import { WorkflowLab, workflowIdOf } from '../support/workflow-lab';
import { drover } from './recording-io';

const PLAN = { namespace: 'openshift-mtv', name: 'wave-1' };

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

/** Of two VMs of a wave on one host that lets one disk copy, the first copies until it is let go on, and the other waits. */
async function wave(): Promise<{ copies: FrozenVm; waits: FrozenVm; open: () => void; id: string }> {
  await limitTo(lab, { host: 1 });
  const [copies, waits] = [frozenVm(), frozenVm()];
  const gate = lab.world(copies).script.hold('awaitImport', true);
  // It asks for its turn only when the other one has got it.
  const late = lab.world(waits).script.hold('bindVolumes', true);
  const all = { plan: PLAN, problems: [], vms: [copies, waits], total: 2, next: null, maxConcurrentVms: 2 };
  lab.planner.resolvePlan = () => Promise.resolve(all);
  const migration = await lab.client.workflow.start('migrateWave', {
    args: [{ manifests: [{ kind: 'Plan' }] }],
    taskQueue: TASK_QUEUE,
    workflowId: waveId(PLAN),
  });
  await gate.reached;
  late.open();
  await eventually(async () => {
    const { phase } = await lab.client.workflow.getHandle(workflowIdOf(waits)).query(stateQuery);
    return phase === 'await-turn';
  });
  await eventually(async () =>
    (await migration.query(waveStateQuery)).vms.every(({ phase }) => phase === 'running'),
  );
  return { copies, waits, open: () => gate.open(), id: `${PLAN.namespace}/${PLAN.name}` };
}

test('a VM and its wave say which host is busy and by whom, and nothing when transferSlots can not be asked', async () => {
  const { copies, waits, open, id } = await wave();
  const busy = /host\/\S+ has 1 of 1 disks in use, by /.source;
  const why = new RegExp(
    `waits +for its turn since \\S+ \\S+Z: ${busy}${copies.vm.name}; until when is not known`,
  );
  await eventually(async () => why.test((await drover(lab.shell, 'status', waits.vm.name)).stdout));
  const json = JSON.parse(
    (await drover(lab.shell, 'status', waits.vm.name, '-o', 'json')).stdout,
  ) as VmStatus;
  expect(json.waits).toMatchObject([
    {
      waitsFor: 'resource',
      resource: { limit: 1, used: 1, heldBy: [{ workflowId: workflowIdOf(copies), vm: copies.vm.name }] },
    },
  ]);
  // Whoever does not wait has nobody asked.
  const other = JSON.parse(
    (await drover(lab.shell, 'status', copies.vm.name, '-o', 'json')).stdout,
  ) as VmStatus;
  expect(other).not.toHaveProperty('waits');

  const status = await drover(lab.shell, 'wave', 'status', id);
  expect(status.stdout).toMatch(/^WAITS FOR +WAITING +IN USE +HELD BY +NEXT IN ABOUT$/m);
  expect(status.stdout).toMatch(new RegExp(`^host/\\S+ +1 +1 of 1 +${copies.vm.name} +\\?$`, 'm'));

  await endTransferSlots(lab);
  await lab.client.workflow.start('transferSlots', {
    workflowId: 'transfer-slots',
    taskQueue: 'nobody',
    args: [{}],
  });
  const silent = await drover(lab.shell, 'status', waits.vm.name);
  expect(silent.code).toBe(0);
  expect(silent.stdout).toContain(': transferSlots can not be asked why');
  expect((await drover(lab.shell, 'wave', 'status', id)).stdout).toContain('2 running');
  await limitTo(lab, {});
  open();
  await lab.client.workflow.result(workflowIdOf(copies));
  await lab.client.workflow.getHandle(workflowIdOf(waits)).signal('askForSlotsAgain');
  await lab.client.workflow.result(workflowIdOf(waits));
});
