/** What `drover doctor` says of the lab's real API server, to whom, and of target namespaces that lack something. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, type KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { TARGET } from '../../plan/consent';
import { drover } from '../client/recording-io';
import { dropNamespace, freshNamespace, useCluster, useLab } from '../support/lab';
import { makeLimitRange, makeQuota } from '../support/quota';
import { type Finding, findingsIn } from './findings';
import { editingProxy, type EditingProxy } from './editing-proxy';

let cluster: KubeConfig;
let namespace: string;
let dir: string;
let edited: string;
let proxy: EditingProxy;

beforeAll(async () => {
  cluster = useCluster();
  namespace = await freshNamespace(cluster, { restricted: true });
  dir = mkdtempSync(join(tmpdir(), 'drover-doctor-'));
  edited = join(dir, 'kubeconfig');
  const server = cluster.getCurrentCluster()?.server ?? '';
  proxy = await editingProxy(server);
  const text = readFileSync(useLab().kubeconfig, 'utf8').replaceAll(server, proxy.url);
  const unverified = text.replaceAll(/certificate-authority-data: .*/g, 'insecure-skip-tls-verify: true');
  writeFileSync(edited, unverified, { mode: 0o600 });
});

afterEach(() => {
  proxy.edit = (_, answer) => answer;
  proxy.secondsAhead = 0;
});

afterAll(async () => {
  proxy.close();
  rmSync(dir, { recursive: true });
  await dropNamespace(cluster, namespace);
});

async function examine(
  options: { kubeconfig?: string; namespace?: string | null; more?: string[] } = {},
): Promise<{ code: number; findings: Finding[] }> {
  const place = options.namespace === undefined ? namespace : options.namespace;
  const where = place === null ? [] : ['--namespace', place];
  const args = ['--kubeconfig', options.kubeconfig ?? useLab().kubeconfig, ...where, '-o', 'json'];
  const { code, stdout, stderr } = await drover({}, 'doctor', ...args, ...(options.more ?? []));
  expect(stderr).toBe('');
  return { code, findings: findingsIn(stdout) };
}

const worse = (findings: readonly Finding[]) =>
  findings.filter(({ severity }) => severity === 'critical').map(({ check, found }) => [check, found]);
const of = (findings: readonly Finding[], id: string) => findings.filter(({ check }) => check === id);

test('a cluster that has all can be signed off, by people and by scripts', async () => {
  const { code, findings } = await examine();
  expect(worse(findings)).toEqual([]);
  expect(code).toBe(0);
  expect(of(findings, 'pods')).toMatchObject([
    {
      severity: 'fine',
      found: expect.stringMatching(/binder, importer, plugin, conversion, launcher/) as string,
    },
  ]);
  expect(of(findings, 'worker-rights')).toMatchObject([{ severity: 'fine' }]);
  expect(of(findings, 'clock')).toMatchObject([{ severity: 'fine' }]);
  const table = await drover({}, 'doctor', '--kubeconfig', useLab().kubeconfig, '-n', namespace);
  expect(table.stdout).toMatch(/^cluster 127.0.0.1:\d+, as \S+, namespace test-\w+, at \d{4}-/);
  expect(table.stdout).toMatch(/^CHECK +VERDICT +FOUND$/m);
});

test('it leaves nothing in the namespace', async () => {
  const core = cluster.makeApiClient(CoreV1Api);
  expect((await core.listNamespacedPod({ namespace })).items).toEqual([]);
  expect((await core.listNamespacedPersistentVolumeClaim({ namespace })).items).toEqual([]);
});

test('as the worker itself, it sees what the worker may', async () => {
  const { findings } = await examine({ kubeconfig: useLab().workerKubeconfig });
  expect(worse(findings)).toEqual([]);
  expect(of(findings, 'worker-rights')).toMatchObject([{ severity: 'fine' }]);
  expect(of(findings, 'kinds')).toMatchObject([{ severity: 'fine' }]);
  expect(of(findings, 'cdi')).toMatchObject([{ severity: 'warning', found: 'not known: may not list cdis' }]);
});

test('a login without rights gets warnings, each with what it may not', async () => {
  const core = cluster.makeApiClient(CoreV1Api);
  const { status } = await core.createNamespacedServiceAccountToken({
    name: 'default',
    namespace,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const file = join(dir, 'poor');
  const text = readFileSync(useLab().workerKubeconfig, 'utf8');
  writeFileSync(file, text.replace(/token: .*/, `token: ${status?.token}`), { mode: 0o600 });
  const { code, findings } = await examine({ kubeconfig: file, more: ['--fail-on', 'warning'] });
  expect(code).toBe(8);
  expect(worse(findings)).toEqual([]);
  expect(of(findings, 'nodes')).toMatchObject([
    { severity: 'warning', found: 'not known: may not list nodes' },
  ]);
  const pods = of(findings, 'pods').map(({ found }) => found);
  expect(pods).toContain(`not known: may not dry-run create pods ${namespace}`);
  expect(pods.every((found) => found.startsWith('not known: may not '))).toBe(true);
});

describe('a namespace', () => {
  async function inFresh(change: (name: string) => Promise<unknown>, check: string, found: RegExp) {
    const name = await freshNamespace(cluster, { restricted: true });
    try {
      await change(name);
      const { code, findings } = await examine({ namespace: name });
      expect(code).toBe(2);
      expect(worse(of(findings, check))).toContainEqual([check, expect.stringMatching(found) as string]);
    } finally {
      await dropNamespace(cluster, name);
    }
  }

  test('that is not there', async () => {
    const { code, findings } = await examine({ namespace: `none-${randomBytes(3).toString('hex')}` });
    expect(code).toBe(2);
    expect(worse(of(findings, 'namespace'))).toHaveLength(1);
    expect(of(findings, 'pods')).toEqual([]);
  });

  test('whose owner has not agreed', () =>
    inFresh(
      (name) =>
        cluster
          .makeApiClient(CoreV1Api)
          .replaceNamespace({ name, body: { metadata: { name, labels: { [TARGET]: 'no' } } } }),
      'namespace',
      /does not say that Drover may work there/,
    ));

  test('without the rights of the worker', () =>
    inFresh(
      (name) =>
        cluster
          .makeApiClient(RbacAuthorizationV1Api)
          .deleteNamespacedRoleBinding({ name: 'drover-target', namespace: name }),
      'worker-rights',
      /drover\/drover-worker lacks all of deploy\/target/,
    ));

  test('with a quota that is too small', () =>
    inFresh(
      (name) => makeQuota(cluster, name, { persistentvolumeclaims: '1' }),
      'pods',
      /persistentvolumeclaims/,
    ));

  test('with a LimitRange that importers exceed', () =>
    inFresh(
      (name) => makeLimitRange(cluster, name, [{ type: 'Container', max: { memory: '100M' } }]),
      'pods',
      /CDI's importer .*maximum memory/,
    ));
});

describe('a cluster', () => {
  test('of long ago', async () => {
    proxy.edit = (path, answer) =>
      path === '/version' ? answer.replace(/"gitVersion": *"[^"]*"/, '"gitVersion": "v1.27.0"') : answer;
    const { code, findings } = await examine({ kubeconfig: edited, namespace: null });
    expect(code).toBe(2);
    expect(worse(findings)).toEqual([['api-server', expect.stringMatching(/Kubernetes v1.27.0/) as string]]);
  });

  test('whose clock is behind', async () => {
    proxy.secondsAhead = -120;
    const { code, findings } = await examine({ kubeconfig: edited, namespace: null });
    expect(of(findings, 'clock')).toMatchObject([
      {
        severity: 'warning',
        found: expect.stringMatching(/^the API server's clock is 1\d\d seconds behind/) as string,
        remedy: expect.stringMatching(/NTP/) as string,
      },
    ]);
    expect(code).toBe(0);
  });

  test('whose operators say their versions', async () => {
    proxy.edit = (path, answer) => {
      const status = { phase: 'Deployed', observedVersion: 'v1.62.0', observedKubeVirtVersion: 'v1.4.0' };
      if (/\/(cdis|kubevirts)\?/.test(path)) return JSON.stringify({ items: [{ status }], metadata: {} });
      if (!path.includes('customresourcedefinitions')) return answer;
      return answer.replaceAll('certConfigMap', 'other');
    };
    const { findings } = await examine({ kubeconfig: edited, namespace: null });
    expect([...of(findings, 'cdi'), ...of(findings, 'kubevirt')].map(({ found }) => found)).toEqual([
      'CDI v1.62.0',
      expect.stringMatching(/BIOS UUID/),
      expect.stringMatching(/v1.4.0 .*AutoResourceLimitsGate/),
    ]);
  });
});
