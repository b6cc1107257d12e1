/** Two waves of different plans whose VMs are on one ESXi host. */
import { TASK_QUEUE, type WaveResult } from '../../../workflows/temporal-api';
import { waveId } from '../../../plan/workflow-ids';
import { frozenVm } from '../../support/frozen-vm';
import { eventually } from '../../support/eventually';
import { holders, limitTo } from '../../support/transfer-slots';
import { WorkflowLab } from '../../support/workflow-lab';

const LIMIT = 2;
const EACH = 4;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test('they share the limit of the host: it is used up and never passed, and both end well', async () => {
  await limitTo(lab, { host: LIMIT });
  let copying = 0;
  let most = 0;
  const waves = await Promise.all(
    ['blue', 'green'].map(async (name) => {
      const plan = { namespace: 'openshift-mtv', name };
      const vms = Array.from({ length: EACH }, () => ({ ...frozenVm({ convert: false }), plan }));
      for (const vm of vms)
        lab.world(vm).script.run('awaitImport', async () => {
          copying += 1;
          most = Math.max(most, copying);
          // The first waits for others to copy beside it; a question takes a moment of each of the others, too.
          await eventually(async () => (await holders(lab)).length > 0 && most >= LIMIT);
          copying -= 1;
        });
      return { plan, vms };
    }),
  );
  lab.planner.resolvePlan = ({ manifests }) => {
    const { name } = manifests[0]?.['metadata'] as { name: string };
    const { plan, vms } = waves.find((wave) => wave.plan.name === name)!;
    return Promise.resolve({ plan, problems: [], vms, total: EACH, next: null, maxConcurrentVms: EACH });
  };
  const started = waves.map(({ plan }) =>
    lab.client.workflow.execute('migrateWave', {
      args: [{ manifests: [{ kind: 'Plan', metadata: plan }] }],
      taskQueue: TASK_QUEUE,
      workflowId: waveId(plan),
    }),
  );
  const results = (await Promise.all(started)) as WaveResult[];
  expect(results.map(({ succeeded }) => succeeded)).toEqual([true, true]);
  expect(most).toBe(LIMIT);
  await eventually(async () => (await holders(lab)).length === 0);
});
