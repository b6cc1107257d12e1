/** Providers that the worker knows: a plan that names them brings no manifest of them, from the check to the running target. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRETS } from '../../activities/kubernetes/api/kinds';
import { TARGET_NAMESPACES } from '../../plan/consent';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

/** Beside the lab's own login; nothing on it says where it may be sent. */
const SECRET = { name: 'lent', namespace: 'openshift-mtv' };

let stage: Stage;
let dir: string;
let file: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-registered-'));
  stage = await Stage.open([vm('web01', ['block'])], { worker: false });
  const { vcenter } = stage.whole.lab.state;
  const [source, target, ...rest] = plan(stage.whole.lab.state, ['web01'], { skipConversion: true });
  const lent = { ...source, spec: { type: 'vsphere', url: vcenter.url, secret: SECRET } };
  const registered = join(dir, 'providers.yaml');
  writeFileSync(registered, [lent, target].map((provider) => JSON.stringify(provider)).join('\n---\n'));
  file = planFile(stage.whole.lab.state, rest);
  await stage.admin.create(SECRETS, {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    metadata: { ...SECRET, annotations: { [TARGET_NAMESPACES]: TARGET_NAMESPACE } },
    stringData: { user: vcenter.username, password: vcenter.password, thumbprint: vcenter.thumbprint },
  });
  await stage.whole.startWorker({ DROVER_PROVIDERS: registered });
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
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
    '(registered: Provider/openshift-mtv/vcenter, Provider/openshift-mtv/host); add it to the manifests',
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
