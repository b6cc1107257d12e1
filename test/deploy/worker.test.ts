import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderOverlay } from '../../lab/kustomize';
import type { V1Deployment, V1NetworkPolicy, V1PodDisruptionBudget, V1Probe } from '@kubernetes/client-node';
import { listenAddressSchema } from '../../workers/listen-address';
import { readWorkerSettings } from '../../workers/options';
import { only, renderedWorker } from './worker';

let worker: Awaited<ReturnType<typeof renderedWorker>>;
beforeAll(async () => void (worker = await renderedWorker()), 300_000);

/** What the Pods will have in their environment. */
const settings = () => worker.settings.data ?? {};

test('every setting is one that the worker reads, and all of them can be used', () => {
  const source = readFileSync(join(__dirname, '../../workers/environment.ts'), 'utf8');
  for (const name of Object.keys(settings()).filter((each) => each.startsWith('DROVER_'))) {
    expect(source).toContain(`  ${name}: `);
  }
  expect(() => readWorkerSettings(settings())).not.toThrow();
});

test('the Pods read the settings, under the name that changes with their content', () => {
  expect(worker.settings.metadata?.name).toMatch(/^drover-settings-\w+$/);
  expect(worker.container.envFrom).toContainEqual({ configMapRef: { name: worker.settings.metadata?.name } });
});

test('Providers are mounted where there are any, under the name that changes with their content', async () => {
  const volume = (pod = worker.pod) => pod.volumes?.find(({ name }) => name === 'providers')?.configMap;
  expect(volume()).toEqual({ name: 'drover-providers', optional: true });
  // As docs/operations.md has it.
  const generator = {
    name: 'drover-providers',
    namespace: 'drover',
    literals: ['providers.yaml=kind: Provider'],
  };
  const objects = await renderOverlay({ resources: ['worker'], configMapGenerator: [generator] });
  const made = objects.find(({ metadata }) => metadata?.name?.startsWith('drover-providers-'));
  expect(made).toMatchObject({ kind: 'ConfigMap', data: { 'providers.yaml': 'kind: Provider' } });
  const { spec } = only<V1Deployment>(objects, 'Deployment');
  expect(volume(spec?.template.spec)?.name).toBe(made?.metadata?.name);
  const mount = worker.container.volumeMounts?.find(({ name }) => name === 'providers');
  const manual = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  expect(manual).toContain(`- DROVER_PROVIDERS=${mount?.mountPath}/providers.yaml\n`);
});

test('probes and metrics go where the worker listens', () => {
  const port = (variable: string) => listenAddressSchema.parse(settings()[variable]).port;
  expect(worker.container.ports).toEqual([
    { name: 'health', containerPort: port('DROVER_HEALTH') },
    { name: 'metrics', containerPort: port('DROVER_METRICS') },
  ]);
  const target = ({ httpGet }: V1Probe = {}) => `${httpGet?.port}${httpGet?.path}`;
  expect(target(worker.container.livenessProbe)).toBe('health/livez');
  expect(target(worker.container.readinessProbe)).toBe('health/readyz');
});

test('a worker that is told to stop has the time to hand its work over', () => {
  const { main } = readWorkerSettings(settings());
  const longest = Number.parseInt(String(main.shutdownForceTime), 10);
  expect(worker.pod.terminationGracePeriodSeconds).toBeGreaterThan(longest);
});

test("it runs as the image's user, by number", () => {
  const dockerfile = readFileSync(join(__dirname, '../../images/worker/Dockerfile'), 'utf8');
  const { runAsUser, runAsGroup } = worker.pod.securityContext ?? {};
  expect(dockerfile).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
});

test('the budget and the network policy are about its Pods; workers may be spoken to by probes and metrics alone', () => {
  const labels = worker.deployment.spec?.template.metadata?.labels;
  const budget = only<V1PodDisruptionBudget>(worker.objects, 'PodDisruptionBudget');
  expect(budget.spec?.selector?.matchLabels).toEqual(labels);
  expect(worker.deployment.spec?.replicas).toBeGreaterThan(Number(budget.spec?.minAvailable));
  const policy = only<V1NetworkPolicy>(worker.objects, 'NetworkPolicy');
  expect(policy.spec?.podSelector?.matchLabels).toEqual(labels);
  expect(policy.spec?.policyTypes).toEqual(['Ingress', 'Egress']);
  expect(policy.spec?.ingress).toEqual([{ ports: [{ port: 'health' }, { port: 'metrics' }] }]);
  const out = policy.spec?.egress?.flatMap(({ ports = [] }) => ports.map(({ port }) => port));
  expect(out).toEqual([53, 53, 7233, 443, 6443]);
  expect(settings().TEMPORAL_ADDRESS).toMatch(/:7233$/);
});
