/** Two tenants of one Temporal namespace and one cluster: each has a worker, an account and a namespace of its own. */
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { ApiClient } from '../../activities/kubernetes/api/api-client';
import {
  type ApiObject,
  JOBS,
  type Kind,
  PODS,
  SECRETS,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../activities/kubernetes/api/kinds';
import { applyObjects, loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE } from '../../lab/cluster-objects';
import { type DeployFolder, renderOverlay } from '../../lab/kustomize';
import { startProcess, stopProcess, type StartedProcess } from '../../lab/process';
import { writeWorkerKubeconfig } from '../../lab/service-accounts';
import { labEnvironment, workerSpec } from '../../lab/worker-process';
import { TARGET } from '../../plan/consent';
import { runDrover } from '../support/drover-process';
import { eventuallyPasses } from '../support/eventually';
import { COMMON, editedArguments } from '../support/lab-manifests';
import { startWholeLab, type WholeLab } from '../support/whole-lab';

const NAMESPACE_B = 'tenant-b';
const ACCOUNT_B = 'drover-b';
const QUEUE_B = 'tenant-b';

let whole: WholeLab;
let admin: ApiClient;
let workerB: StartedProcess;
beforeAll(async () => {
  // Tenant A is the lab's own: queue `drover`, account drover/drover-worker, target namespace `migrated`.
  whole = await startWholeLab();
  const { state } = whole.lab;
  admin = new ApiClient(loadCluster(state.kubeconfig));
  const kubeconfig = await provideTenantB();
  const spec = workerSpec(state);
  const env = { ...spec.env, KUBECONFIG: kubeconfig, DROVER_TASK_QUEUE: QUEUE_B };
  workerB = await startProcess({ ...spec, name: 'worker-b', env });
});
afterAll(async () => {
  admin.close();
  await stopProcess(workerB);
  await whole.stop();
});

/** As docs/operations.md, Tenants, has it. Returns the kubeconfig of its account. */
async function provideTenantB(): Promise<string> {
  const { state } = whole.lab;
  const cluster = loadCluster(state.kubeconfig);
  const labels = { [TARGET]: 'true', 'pod-security.kubernetes.io/enforce': 'restricted' };
  await cluster
    .makeApiClient(CoreV1Api)
    .createNamespace({ body: { metadata: { name: NAMESPACE_B, labels } } });
  const account = {
    namespace: ACCOUNT_B,
    resources: ['account'] as DeployFolder[],
    patches: [patch('ClusterRoleBinding', [['/metadata/name', 'drover-cluster-b']])],
  };
  await applyObjects(cluster, await renderOverlay(account));
  const rights = (namespace: string, folder: DeployFolder) =>
    renderOverlay({
      namespace,
      resources: [folder],
      patches: [
        patch('RoleBinding', [
          ['/metadata/name', `drover-${folder}-b`],
          ['/subjects/0/namespace', ACCOUNT_B],
        ]),
      ],
    });
  await applyObjects(cluster, await rights(NAMESPACE_B, 'target'));
  await applyObjects(cluster, await rights(PLAN_NAMESPACE, 'plans'));
  await applyObjects(cluster, await rights('cdi', 'cdi'));
  const file = join(state.dir, 'worker-b.kubeconfig');
  await writeWorkerKubeconfig(cluster, file, ACCOUNT_B);
  return file;
}

function patch(kind: string, values: [path: string, value: string][]) {
  return {
    target: { kind },
    patch: JSON.stringify(values.map(([path, value]) => ({ op: 'replace', path, value }))),
  };
}

const planOfA = () => planFor('migrated');
const planOfB = () => planFor(NAMESPACE_B);

function planFor(namespace: string): string[] {
  return editedArguments(whole.lab.state, {
    ...Object.fromEntries(COMMON.map((name) => [name, []])),
    'networkmap.yaml': [['namespace: migrated', `namespace: ${namespace}`]],
    'appliance.yaml': [['targetNamespace: migrated', `targetNamespace: ${namespace}`]],
  });
}

function drover(queue: string, ...args: string[]) {
  return runDrover(args, { ...labEnvironment(whole.lab.state), DROVER_TASK_QUEUE: queue });
}

async function madeIn(namespace: string): Promise<string[]> {
  const kinds: readonly Kind<ApiObject>[] = [PODS, VOLUME_CLAIMS, JOBS, SECRETS, VIRTUAL_MACHINES];
  const lists = await Promise.all(kinds.map((kind) => admin.list(kind, { namespace })));
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata?.name ?? ''));
}

test("a plan for B's namespace is refused on A's queue: A's worker has no rights there, and makes nothing", async () => {
  const { code, stderr } = await drover('drover', 'migrate', ...planOfB(), '--watch');
  expect(code).toBe(2);
  expect(stderr).toContain(
    `Drover has none of its rights in namespace ${NAMESPACE_B}; apply deploy/target there`,
  );
  expect(await madeIn(NAMESPACE_B)).toEqual([]);
});

test("one for A's namespace is refused on B's", async () => {
  const before = await madeIn('migrated');
  await eventuallyPasses(async () => {
    const { code, stderr } = await drover(QUEUE_B, 'migrate', ...planOfA(), '--watch');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('Drover has none of its rights in namespace migrated') as string,
    });
  });
  expect(await madeIn('migrated')).toEqual(before);
});

test("on B's own queue it succeeds, every step and every wait done by B's worker, while A's is away", async () => {
  if (whole.worker !== null) await stopProcess(whole.worker);
  whole.worker = null;
  const { code, stdout } = await drover(QUEUE_B, 'migrate', ...planOfB(), '--watch');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^appliance .*succeeded *$/m) as string,
  });
  expect(await madeIn(NAMESPACE_B)).toContain('appliance');
});

test('who asks a queue that nobody polls is told which, and how to start a worker for it', async () => {
  expect(await drover('tenant-c', 'plan', 'check', ...planOfB())).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(
      /no worker polls task queue "tenant-c" .*start one: DROVER_TASK_QUEUE=tenant-c drover worker/,
    ) as string,
  });
});
