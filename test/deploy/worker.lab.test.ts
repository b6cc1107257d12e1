/** What is deployed, judged by a real API server: its fields, and restricted pod security. */
import {
  type ApiException,
  CoreV1Api,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Namespace,
  type V1PodSpec,
} from '@kubernetes/client-node';
import { freshNamespace, dropNamespace, useCluster } from '../support/lab';
import { only, renderedWorker } from './worker';

const admin = useCluster();
let worker: Awaited<ReturnType<typeof renderedWorker>>;
let namespace: string;
beforeAll(async () => {
  worker = await renderedWorker();
  namespace = await freshNamespace(admin, { restricted: true });
});
afterAll(() => dropNamespace(admin, namespace));

test('the API server takes every object of the example, each field of it known', async () => {
  const api = KubernetesObjectApi.makeApiClient(admin);
  expect(worker.objects.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['Deployment', 'PodDisruptionBudget', 'NetworkPolicy', 'ConfigMap', 'Role']),
  );
  for (const object of worker.objects) {
    const taken = await api.patch(object, undefined, 'All', 'test', true, PatchStrategy.ServerSideApply);
    expect(taken.metadata?.name).toBe(object.metadata?.name);
  }
});

test("Drover's own namespace enforces restricted pod security", () => {
  const { metadata } = only<V1Namespace>(worker.objects, 'Namespace');
  expect(metadata?.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
});

/** Server-side, and nothing is made. The namespace has no account of that name, which is another matter. */
function makePod(spec: V1PodSpec): Promise<unknown> {
  const { labels } = worker.deployment.spec?.template.metadata ?? {};
  const pod = { ...spec, serviceAccountName: undefined };
  const body = { metadata: { name: 'worker', labels }, spec: pod };
  return admin.makeApiClient(CoreV1Api).createNamespacedPod({ namespace, body, dryRun: 'All' });
}

test('restricted pod security accepts a Pod of the Deployment', async () => {
  await expect(makePod(worker.pod)).resolves.toMatchObject({
    spec: { securityContext: { runAsUser: 1000 } },
  });
});

test.each<[string, (pod: V1PodSpec) => void]>([
  ['as whoever its image says', (pod) => delete pod.securityContext],
  ['with capabilities', ({ containers }) => delete containers[0]?.securityContext?.capabilities],
  [
    'that could gain more rights',
    ({ containers }) => delete containers[0]?.securityContext?.allowPrivilegeEscalation,
  ],
])('and would refuse one %s', async (_, loosen) => {
  const pod = structuredClone(worker.pod);
  loosen(pod);
  const { code, body } = (await makePod(pod).catch((error: unknown) => error)) as ApiException<unknown>;
  expect(code).toBe(403);
  expect(JSON.stringify(body)).toContain('violates PodSecurity');
});
