/** What `drover wave status` asks of Temporal for a wave of a thousand VMs, counted where the requests leave. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { ResolvedPage } from '../../activities/interfaces';
import { MigrationHandle } from '../../client/migration-handle';
import { waveId } from '../../plan/workflow-ids';
import { TASK_QUEUE, waveStateQuery } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';

const VMS = 1_000;
const PLAN = { namespace: 'openshift-mtv', name: 'thousand' };
const WAVE = waveId(PLAN);

let lab: WorkflowLab;
let gate: { open(): void; reached: Promise<void> };

beforeAll(async () => {
  lab = await WorkflowLab.start();
  const vms = Array.from({ length: VMS }, () => ({ ...frozenVm(), plan: PLAN }));
  gate = lab.world(vms[0]!).script.hold('awaitImport', true);
  const page: ResolvedPage = {
    plan: PLAN,
    problems: [],
    vms,
    total: VMS,
    next: null,
    maxConcurrentVms: 1,
  };
  lab.planner.resolvePlan = () => Promise.resolve(page);
  const handle = await lab.client.workflow.start('migrateWave', {
    args: [{ manifests: [{ kind: 'Plan', spec: { vms: vms.map(({ vm }) => ({ id: vm.moref })) } }] }],
    taskQueue: TASK_QUEUE,
    workflowId: WAVE,
  });
  await eventually(async () => (await handle.query(waveStateQuery)).phase === 'migrating');
  await gate.reached;
});

afterAll(async () => {
  await lab.client.workflow.getHandle(WAVE).terminate();
  gate.open();
  await lab.stop();
});

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** Names of calls, as `DescribeWorkflowExecution`. */
async function requestsOf<R>(work: (client: Client) => Promise<R>): Promise<{ result: R; calls: string[] }> {
  const calls: string[] = [];
  const connection = await Connection.connect({
    address: lab.env.address,
    interceptors: [
      (options, next) => {
        const { path } = options.method_definition;
        calls.push(path.slice(path.lastIndexOf('/') + 1));
        return next(options) as ReturnType<Interceptor>;
      },
    ],
  });
  calls.length = 0;
  try {
    const client = new Client({ connection, namespace: lab.env.namespace! });
    return { result: await work(client), calls };
  } finally {
    await connection.close();
  }
}

test('the status of a thousand VMs takes a description and one question, and none for each VM', async () => {
  const times: number[] = [];
  for (let tries = 0; tries < 5; tries += 1) {
    const began = performance.now();
    const { result, calls } = await requestsOf((client) => new MigrationHandle(client, WAVE).state());
    times.push(performance.now() - began);
    expect(result.vms).toHaveLength(VMS);
    expect(calls).toEqual(['DescribeWorkflowExecution', 'QueryWorkflow']);
  }
  // What else runs on the machine only adds.
  expect(Math.min(...times)).toBeLessThan(2_000);
});
