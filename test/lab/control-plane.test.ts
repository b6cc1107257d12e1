import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiException,
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  type V1OwnerReference,
  type V1Pod,
} from '@kubernetes/client-node';
import { loadCluster } from '../../lab/apply';
import { chooseKubernetes, provideKubernetes } from '../../lab/binaries';
import { type ControlPlane, startControlPlane } from '../../lab/control-plane';
import { writeKubeconfig } from '../../lab/kubeconfig';
import { thisMachine } from '../../lab/machine';
import { isRunning } from '../../lab/process';
import { eventually } from '../support/eventually';

const CRD: KubernetesObject & { spec: object } = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'herds.lab.drover.dev' },
  spec: {
    group: 'lab.drover.dev',
    scope: 'Namespaced',
    names: { kind: 'Herd', plural: 'herds' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

let plane: ControlPlane;
let admin: KubeConfig;
let core: CoreV1Api;
const dir = mkdtempSync(join(tmpdir(), 'drover-control-plane-'));

beforeAll(async () => {
  const choice = chooseKubernetes({ ...thisMachine(), env: { ...process.env, DROVER_LAB_KUBECONFIG: '' } });
  if (choice.from === 'given') throw new Error('this test needs a control plane of its own');
  const binaries = await provideKubernetes(choice, () => undefined);
  plane = await startControlPlane({ dir, binaries, beforeControllers: defineHerds });
  admin = loadCluster(plane.kubeconfig);
  core = admin.makeApiClient(CoreV1Api);
});

afterAll(async () => {
  await plane.stop();
  const left = plane.processes.filter(isRunning);
  rmSync(dir, { recursive: true, force: true });
  expect(left).toEqual([]);
});

async function defineHerds(kubeconfig: string): Promise<void> {
  await KubernetesObjectApi.makeApiClient(loadCluster(kubeconfig)).create(CRD);
}

async function makeNamespace(labels: Record<string, string> = {}): Promise<string> {
  const name = `test-${randomBytes(3).toString('hex')}`;
  await core.createNamespace({ body: { metadata: { name, labels } } });
  await eventually(() =>
    core.readNamespacedServiceAccount({ name: 'default', namespace: name }).catch(() => null),
  );
  return name;
}

function pod(name: string): V1Pod {
  return { metadata: { name }, spec: { containers: [{ name: 'main', image: 'example.invalid/none:1' }] } };
}

const codeOf = (error: unknown) => (error as ApiException<unknown>).code;

test('a Job gets its Pod, and the scheduler says why the Pod has no node', async () => {
  const namespace = await makeNamespace();
  const template = { spec: { ...pod('').spec!, restartPolicy: 'Never' } };
  await admin.makeApiClient(BatchV1Api).createNamespacedJob({
    namespace,
    body: { metadata: { name: 'copy' }, spec: { template, backoffLimit: 0, podReplacementPolicy: 'Failed' } },
  });
  const scheduled = await eventually(async () => {
    const { items } = await core.listNamespacedPod({
      namespace,
      labelSelector: 'batch.kubernetes.io/job-name=copy',
    });
    return items[0]?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  });
  expect(scheduled).toMatchObject({ status: 'False', reason: 'Unschedulable' });
});

test('the garbage collector removes what a custom resource owned, at once', async () => {
  const namespace = await makeNamespace();
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const herd: KubernetesObject = {
    apiVersion: 'lab.drover.dev/v1',
    kind: 'Herd',
    metadata: { name: 'one', namespace },
  };
  const owner = await objects.create(herd);
  const { apiVersion, kind, metadata } = owner;
  const ownerReferences: V1OwnerReference[] = [
    { apiVersion: apiVersion ?? '', kind: kind ?? '', name: 'one', uid: metadata?.uid ?? '' },
  ];
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'owned', ownerReferences } } });
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'free' } } });
  await objects.delete(herd);
  const left = await eventually(async () => {
    const { items } = await core.listNamespacedConfigMap({ namespace });
    const names = items.map((item) => item.metadata?.name);
    return !names.includes('owned') && names;
  });
  expect(left).toContain('free');
});

test('a token of a ServiceAccount has the rights of that account alone, and the audit log names it', async () => {
  const namespace = await makeNamespace();
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'worker' } } });
  const { status } = await core.createNamespacedServiceAccountToken({
    name: 'worker',
    namespace,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const file = join(dir, 'worker.kubeconfig');
  const ca = readFileSync(plane.caFile, 'utf8');
  writeKubeconfig(file, { url: plane.url, ca, user: 'worker', token: status?.token ?? '' });
  const listed = loadCluster(file).makeApiClient(CoreV1Api).listNamespacedSecret({ namespace });
  expect(await listed.catch(codeOf)).toBe(403);

  const event = await eventually(async () => {
    const lines = readFileSync(plane.auditLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes(namespace));
    return lines.map((line) => JSON.parse(line)).find(({ objectRef }) => objectRef?.resource === 'secrets');
  });
  expect(event).toMatchObject({
    level: 'Metadata',
    user: { username: `system:serviceaccount:${namespace}:worker` },
    verb: 'list',
    objectRef: { resource: 'secrets', namespace },
    responseStatus: { code: 403 },
  });
});

test('a namespace that enforces restricted pod security refuses a Pod that asks for more', async () => {
  const namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  const refused = core.createNamespacedPod({ namespace, body: pod('greedy') }).catch(codeOf);
  expect(await refused).toBe(403);
});

test('a request without a token is refused', async () => {
  const file = join(dir, 'nobody.kubeconfig');
  writeKubeconfig(file, {
    url: plane.url,
    ca: readFileSync(plane.caFile, 'utf8'),
    user: 'nobody',
    token: 'wrong',
  });
  const listed = loadCluster(file).makeApiClient(CoreV1Api).listNamespace();
  expect(await listed.catch(codeOf)).toBe(401);
});

test('every component is a process of its own with a log', () => {
  expect(plane.processes.map(({ name }) => name)).toEqual([
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
  ]);
  expect(plane.processes.every(isRunning)).toBe(true);
});
