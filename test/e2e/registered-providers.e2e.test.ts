/** Providers that the worker knows: a plan that names them brings no manifest of them, from the check to the running target. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { SECRETS, VIRTUAL_MACHINES } from '../../activities/kubernetes/api/kinds';
import { LABELS } from '../../activities/kubernetes/api/ownership';
import { loadCluster } from '../../lab/apply';
import { buildProgram } from '../../lab/own-program';
import { startVcenter, type VcenterHandle } from '../../lab/vcenter';
import type { VcenterSpec } from '../../lab/vcenter-spec';
import { verifyVm } from '../../lab/verify';
import { TARGET_NAMESPACES } from '../../plan/consent';
import { inventory, plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { Source } from './source';
import { LAB_TIMEOUT_MS, Stage } from './stage';

/** Beside the lab's own login; nothing on it says where it may be sent. */
const SECRET = { name: 'lent', namespace: 'openshift-mtv' };
/** The login of an ESXi host that no vCenter manages. */
const SECRET_OF_HOST = { name: 'esxi-login', namespace: 'openshift-mtv' };

const ESXI: VcenterSpec = {
  ...inventory([]),
  esxi: {},
  hosts: ['esxi-c.lab.drover.dev'],
  networks: [{ name: 'VM Network' }, { name: 'backend' }],
  vms: [vm('alone01', ['block'], { nics: [{ network: 'VM Network', mac: '00:50:56:30:01:01' }] })],
};

let stage: Stage;
let host: VcenterHandle;
/** The host, as its administrator sees it. */
let source: Source;
let dir: string;
let file: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-registered-'));
  stage = await Stage.open([vm('web01', ['block'])], { worker: false });
  const { vcenter } = stage.whole.lab.state;
  const binary = await buildProgram('vcsim', () => undefined);
  host = await startVcenter({ dir: join(dir, 'esxi'), binary, spec: ESXI });
  source = new Source({ vcenter: host }, 'esxi');
  const [given, target, ...rest] = plan(stage.whole.lab.state, ['web01'], { skipConversion: true });
  const lent = { ...given, spec: { type: 'vsphere', url: vcenter.url, secret: SECRET } };
  const alone = {
    ...given,
    metadata: { name: 'esxi', namespace: 'openshift-mtv' },
    spec: { type: 'vsphere', url: host.url, secret: SECRET_OF_HOST, settings: { sdkEndpoint: 'esxi' } },
  };
  const registered = join(dir, 'providers.yaml');
  writeFileSync(
    registered,
    [lent, target, alone].map((provider) => JSON.stringify(provider)).join('\n---\n'),
  );
  file = planFile(stage.whole.lab.state, rest);
  for (const [metadata, { username, password, thumbprint }] of [
    [SECRET, vcenter],
    [SECRET_OF_HOST, host],
  ] as const)
    await stage.admin.create(SECRETS, {
      apiVersion: SECRETS.apiVersion,
      kind: SECRETS.kind,
      metadata: { ...metadata, annotations: { [TARGET_NAMESPACES]: TARGET_NAMESPACE } },
      stringData: { user: username, password, thumbprint },
    });
  await stage.whole.startWorker({ DROVER_PROVIDERS: registered });
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
  await source.close();
  await host.stop();
  rmSync(dir, { recursive: true });
}, LAB_TIMEOUT_MS);

test('a plan that names them is checked, and its source is looked at', async () => {
  const checked = await stage.whole.run('plan', 'check', '-f', file, '-o', 'json');
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(checked.stdout)).toMatchObject({ vms: [{ source: { secret: SECRET } }] });
  const looked = await stage.whole.run('inventory', 'vms', '-f', file);
  expect(looked).toMatchObject({ code: 0, stdout: expect.stringContaining('web01') as string });
});

test('what one holds is seen before any plan is written', async () => {
  const looked = await stage.whole.run('inventory', 'vms', '--provider', 'openshift-mtv/vcenter');
  expect(looked).toMatchObject({ code: 0, stdout: expect.stringContaining('web01') as string });
  const nowhere = await stage.whole.run('inventory', 'vms', '--provider', 'openshift-mtv/other');
  expect(nowhere.code).toBe(2);
  expect(nowhere.stderr).toContain(
    'Provider/openshift-mtv/other is neither among the manifests nor registered',
  );
});

test('a plan that names another is refused at its line, with the names of those that are registered', async () => {
  const text = JSON.stringify(plan(stage.whole.lab.state, ['web01'])).replaceAll(
    '"name":"vcenter"',
    '"name":"elsewhere-in-europe"',
  );
  const documents = JSON.parse(text) as ReturnType<typeof plan>;
  const misnamed = planFile(stage.whole.lab.state, documents.slice(2));
  const { code, stderr } = await stage.whole.run('migrate', '-f', misnamed);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /e2e-\d+\.yaml:\d+: spec\.provider\.source\.name: Provider\/openshift-mtv\/elsewhere-in-europe is neither among/,
  );
  expect(stderr).toContain(
    '(registered: Provider/openshift-mtv/vcenter, Provider/openshift-mtv/host, Provider/openshift-mtv/esxi); add it to the manifests',
  );
});

test("what lacks on a registered Provider's Secret is said of it, wherever its manifest is", async () => {
  const documents = plan(stage.whole.lab.state, ['web01']).slice(2);
  const elsewhere = documents.map((document) =>
    document['kind'] === 'Plan'
      ? { ...document, spec: { ...(document['spec'] as object), targetNamespace: 'default' } }
      : document,
  );
  const { code, stderr } = await stage.whole.run(
    'plan',
    'check',
    '-f',
    planFile(stage.whole.lab.state, elsewhere),
  );
  expect(code).toBe(2);
  expect(stderr).toContain(
    'error: Provider/openshift-mtv/vcenter (registered at the worker): spec.secret.name: Secret openshift-mtv/lent does not say that copiers in namespace default may be given it',
  );
});

test(
  'a VM is migrated from them',
  async () => {
    const [, , ...rest] = plan(stage.whole.lab.state, ['web01'], { skipConversion: true });
    const started = await stage.whole.run(
      'migrate',
      '-f',
      planFile(stage.whole.lab.state, rest),
      '--watch',
      '-o',
      'json',
    );
    expect(started).toMatchObject({ code: 0 });
    const wave = JSON.parse(started.stdout) as { results: { outcome: string }[] };
    expect(wave.results).toMatchObject([{ name: 'web01', outcome: 'succeeded' }]);
  },
  LAB_TIMEOUT_MS,
);

test(
  'a VM is migrated from a single ESXi host, and every byte arrives',
  async () => {
    const { lab } = stage.whole;
    const text = JSON.stringify(plan(lab.state, ['alone01'], { skipConversion: true }).slice(2));
    const documents = JSON.parse(text.replaceAll('"name":"vcenter"', '"name":"esxi"')) as ReturnType<
      typeof plan
    >;

    const started = await stage.start(documents);
    await stage.succeeded(started.wave);

    const { moref, workflowId } = started.vm('alone01');
    const [, board] = workflowId.split('/');
    expect(workflowId).toMatch(/^migrate-vm\/[0-9a-f]{8}-[0-9a-f-]{27}\//);
    const machine = await stage.admin.get(VIRTUAL_MACHINES, { name: 'alone01', namespace: TARGET_NAMESPACE });
    expect(machine.metadata?.labels).toMatchObject({
      [LABELS.vcenter]: board,
      [LABELS.vm]: moref,
    });
    const beside = { ...lab.state, vcenter: { ...lab.state.vcenter, datastoresDir: host.datastoresDir } };
    const core = loadCluster(lab.state.kubeconfig).makeApiClient(CoreV1Api);
    const verdicts = await verifyVm(beside, core, await stage.state(started.vm('alone01')));
    expect(verdicts).toMatchObject([{ equal: true }]);
    expect(await source.power(moref)).toMatchObject({ state: 'poweredOff' });
  },
  LAB_TIMEOUT_MS,
);
