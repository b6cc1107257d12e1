import { readFileSync, statSync } from 'node:fs';
import { type ApiException, AuthorizationV1Api, CoreV1Api, StorageV1Api } from '@kubernetes/client-node';
import { isRunning } from '../../lab/process';
import { stateFile } from '../../lab/state';
import { labStatus } from '../../lab/status';
import { dropNamespace, freshNamespace, useCluster, useLab } from '../support/lab';

const lab = useLab();
const admin = useCluster();

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('the lab says that it runs, and every process that it names is there', () => {
  expect(labStatus(lab.dir).state).toBe('running');
  expect(lab.processes.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'vcsim',
      'temporal',
    ]),
  );
  expect(lab.processes.every(isRunning)).toBe(true);
});

test('two nodes are ready, in a zone each', async () => {
  const { items } = await admin.makeApiClient(CoreV1Api).listNode();
  const zones = items.map(({ metadata }) => metadata?.labels?.['topology.kubernetes.io/zone']);
  expect(zones.sort()).toEqual(['zone-a', 'zone-b']);
  const ready = items.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
  expect(ready).toEqual(['True', 'True']);
});

test('storage classes bind at once and late', async () => {
  const { items } = await admin.makeApiClient(StorageV1Api).listStorageClass();
  const modes = Object.fromEntries(
    items.map(({ metadata, volumeBindingMode }) => [metadata?.name, volumeBindingMode]),
  );
  expect(modes).toMatchObject({
    'fast-block': 'WaitForFirstConsumer',
    'fast-files': 'Immediate',
    'zonal-block': 'WaitForFirstConsumer',
  });
});

test("the worker's kubeconfig is its ServiceAccount, which is no administrator", async () => {
  const worker = useCluster(lab.workerKubeconfig);
  const { status } = await worker.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
    body: { spec: { resourceAttributes: { verb: 'delete', resource: 'namespaces' } } },
  });
  expect(status?.allowed).toBe(false);
  const refused = worker.makeApiClient(CoreV1Api).deleteNamespace({ name: 'migrated' });
  const { code, body } = (await refused.catch((error: unknown) => error)) as ApiException<unknown>;
  expect(code).toBe(403);
  expect(JSON.stringify(body)).toContain('system:serviceaccount:drover:drover-worker');
});

test("the vCenter's login is in the Provider's Secret, and nobody but the owner can read the files that hold it", async () => {
  const { data } = await admin
    .makeApiClient(CoreV1Api)
    .readNamespacedSecret({ name: 'vcenter-login', namespace: 'openshift-mtv' });
  const decode = (key: string) => Buffer.from(data?.[key] ?? '', 'base64').toString();
  expect(decode('user')).toBe(lab.vcenter.username);
  expect(decode('password')).toBe(lab.vcenter.password);
  expect(decode('ca.crt')).toBe(readFileSync(lab.vcenter.caFile, 'utf8'));
  expect(modeOf(stateFile(lab.dir))).toBe('600');
  expect(modeOf(lab.kubeconfig)).toBe('600');
  expect(modeOf(lab.workerKubeconfig)).toBe('600');
});

test('the target namespace enforces restricted pod security, as fresh ones do on request', async () => {
  const namespace = await freshNamespace(admin, { restricted: true });
  const core = admin.makeApiClient(CoreV1Api);
  const pod = {
    metadata: { name: 'greedy' },
    spec: { containers: [{ name: 'main', image: 'lab.drover.dev/pause:1' }] },
  };
  for (const target of [namespace, 'migrated']) {
    const refused = core.createNamespacedPod({ namespace: target, body: pod });
    const { code, body } = (await refused.catch((error: unknown) => error)) as ApiException<unknown>;
    expect(code).toBe(403);
    expect(JSON.stringify(body)).toContain('PodSecurity');
  }
  await dropNamespace(admin, namespace);
});
