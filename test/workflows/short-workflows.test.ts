import { ApplicationFailure } from '@temporalio/common';
import type { checkPlan, listInventory } from '../../workflows';
import { TASK_QUEUE } from '../../workflows/temporal-api';
import { frozenVm } from '../support/frozen-vm';
import { WorkflowLab } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const MANIFESTS = [{ kind: 'Plan', metadata: { name: 'wave-1' } }];

test('a plan check asks for one page and returns its problems and VMs', async () => {
  const vm = frozenVm();
  const asked: unknown[] = [];
  lab.planner.resolvePlan = (request) => {
    asked.push(request);
    const { plan } = vm;
    return Promise.resolve({ plan, problems: [], vms: [vm], total: 5, next: 4, maxConcurrentVms: 2 });
  };

  const result = await lab.client.workflow.execute<typeof checkPlan>('checkPlan', {
    args: [{ manifests: MANIFESTS, only: ['web-1'], offset: 3 }],
    taskQueue: TASK_QUEUE,
    workflowId: 'check',
  });

  expect(result).toEqual({ plan: vm.plan, problems: [], vms: [vm], total: 5, next: 4 });
  expect(asked).toEqual([{ manifests: MANIFESTS, only: ['web-1'], offset: 3 }]);
});

test('an inventory that cannot be read fails with the kind of that, not for ever', async () => {
  const refused = ApplicationFailure.nonRetryable('not the pinned one', 'SourceCertificateRefused');
  lab.planner.readInventory = () => Promise.reject(refused);

  const execution = lab.client.workflow.execute<typeof listInventory>('listInventory', {
    args: [{ manifests: MANIFESTS, kind: 'vms' }],
    taskQueue: TASK_QUEUE,
    workflowId: 'inventory',
  });

  await expect(execution).rejects.toMatchObject({
    cause: { type: 'SourceCertificateRefused', message: 'not the pinned one' },
  });
});

test('a worker that dies while it reads a plan is noticed long before the read would have to end', async () => {
  const { plan } = frozenVm();
  lab.planner.resolvePlan = () =>
    Promise.resolve({ plan, problems: [], vms: [], total: 0, next: null, maxConcurrentVms: 1 });
  const handle = await lab.client.workflow.start<typeof checkPlan>('checkPlan', {
    args: [{ manifests: MANIFESTS }],
    taskQueue: TASK_QUEUE,
    workflowId: 'check-timeouts',
  });
  await handle.result();

  const { events } = await handle.fetchHistory();
  const [read] = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
  expect(Number(read?.heartbeatTimeout?.seconds)).toBe(30);
  expect(Number(read?.startToCloseTimeout?.seconds)).toBe(300);
});
