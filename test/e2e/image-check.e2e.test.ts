/** Images of plugins, from `plan check` to the process on the node: a private registry, its faults, and a moved tag. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_MAPS, JOBS, SECRETS } from '../../activities/kubernetes/api/kinds';
import { imageRecipe } from '../../lab/image-folder';
import { packagePath } from '../../lab/package-path';
import { stopProcess } from '../../lab/process';
import { pushImage } from '../../lab/push-image';
import { type Registry, startRegistry } from '../../lab/registry';
import type { FrozenVm } from '../../plan/frozen';
import { vmId } from '../../plan/workflow-ids';
import { type CheckResult, TASK_QUEUE } from '../../workflows/temporal-api';
import type { migrateVm } from '../../workflows';
import { tokenServiceOf } from '../support/token-service';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

const ADA = { username: 'ada', password: 'rather-secret-password' };
const REPOSITORY = 'vendor/offload';

let stage: Stage;
let registry: Registry;
let dir: string;
let image: string;
let digest: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-images-'));
  registry = await startPrivateRegistry();
  image = `${registry.host}/${REPOSITORY}:1`;
  stage = await Stage.open([vm('pinned', ['array']), vm('forged', ['array'])], { worker: false });
  await startWorker();
  await trustedByNodes();
  digest = await push(await imageRecipe(join(packagePath('lab', 'images'), 'offload-plugin')), '1');
  await push({ platforms: ['linux/s390x'] }, 'other');
  await authority('registry-authority', readFileSync(registry.ca ?? '', 'utf8'));
  await pullSecret('right', ADA);
  await pullSecret('wrong', { ...ADA, password: 'not-the-password' });
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
  await registry.stop();
  rmSync(dir, { recursive: true });
}, LAB_TIMEOUT_MS);

/** Its token service has another port whenever the registry comes back, and is on this machine: the worker must know it. */
async function startWorker(): Promise<void> {
  const { whole } = stage;
  if (whole.worker !== null) await stopProcess(whole.worker);
  const allowed = [`${registry.host}/${REPOSITORY}`, `${whole.lab.state.registry}/*`, 'registry.invalid/*'];
  await whole.startWorker({
    DROVER_ALLOWED_IMAGES: allowed.join(','),
    DROVER_PLAIN_HTTP_REGISTRIES: await tokenServiceOf(registry),
  });
}

function startPrivateRegistry(port?: number): Promise<Registry> {
  const users = { [ADA.username]: ADA.password };
  return startRegistry({ dir: join(dir, 'registry'), tls: true, login: { by: 'token', users }, port });
}

/** As an administrator tells containerd. */
async function trustedByNodes(): Promise<void> {
  const certs = join(stage.whole.lab.state.dir, 'node', 'certs.d', registry.host);
  mkdirSync(certs, { recursive: true });
  copyFileSync(registry.ca ?? '', join(certs, 'ca.crt'));
}

function push(recipe: Parameters<typeof pushImage>[0], tag: string): Promise<string> {
  return pushImage(recipe, {
    reference: `${registry.host}/${REPOSITORY}:${tag}`,
    ca: registry.ca,
    login: ADA,
  });
}

async function pullSecret(name: string, { username, password }: typeof ADA): Promise<void> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await stage.admin.create(SECRETS, {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    metadata: { name, namespace: TARGET_NAMESPACE },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths: { [registry.host]: { auth } } }) },
  });
}

async function authority(name: string, ca: string): Promise<void> {
  await stage.admin.create(CONFIG_MAPS, {
    apiVersion: CONFIG_MAPS.apiVersion,
    kind: CONFIG_MAPS.kind,
    metadata: { name, namespace: TARGET_NAMESPACE },
    data: { 'ca.crt': ca },
  });
}

interface Wish {
  offload?: Record<string, unknown>;
  drover?: Record<string, unknown>;
}

/** Everything right, and one thing otherwise. */
function manifests(name: string, { offload, drover }: Wish = {}) {
  return plan(stage.whole.lab.state, [name], {
    skipConversion: true,
    offload: { image, imagePullSecret: 'right', ...offload },
    drover: { registryCa: 'registry-authority', ...drover },
  });
}

/** What `drover plan check` says, file and line left away. */
async function check(wish: Wish = {}): Promise<{ code: number; stdout: string; lines: string[] }> {
  const file = planFile(stage.whole.lab.state, manifests('pinned', wish));
  const { code, stdout, stderr } = await stage.whole.run('plan', 'check', '-f', file);
  expect(stdout + stderr).not.toContain(ADA.password);
  const lines = stderr.split('\n').filter((line) => line !== '');
  return { code, stdout, lines: lines.map((line) => line.replace(/ \/\S+e2e-\d+\.yaml:\d+:/, '')) };
}

const FIELD = /spec\.map\[\d\]\.destination\.offloadPlugin\.(image|imagePullSecret): /;

test('a plan whose image is there is shown with what will run', async () => {
  const { code, lines, stdout } = await check();
  expect({ code, lines }).toEqual({ code: 0, lines: [] });
  expect(stdout).toContain(`${image}  ${registry.host}/${REPOSITORY}@${digest}`);
});

test.each<[string, () => Wish, string, RegExp]>([
  ['a tag that is not there', () => ({ offload: { image: `${image}0` } }), 'image', /has no image/],
  [
    'no login',
    () => ({ offload: { imagePullSecret: undefined } }),
    'image',
    /gives .* to nobody without a login \(401\); name a Secret with one in imagePullSecret/,
  ],
  [
    'a Secret that is not there',
    () => ({ offload: { imagePullSecret: 'nowhere' } }),
    'imagePullSecret',
    /has no Secret "nowhere"; create it/,
  ],
  [
    'a wrong login',
    () => ({ offload: { imagePullSecret: 'wrong' } }),
    'imagePullSecret',
    /refuses the login in Secret "wrong" .*\(401\)/,
  ],
  [
    'a Secret that is no pull secret',
    () => ({ offload: { imagePullSecret: 'opaque' } }),
    'imagePullSecret',
    /Secret migrated\/opaque is of type Opaque/,
  ],
  [
    'an authority that is not known',
    () => ({ drover: { registryCa: '' } }),
    'image',
    /does not trust the certificate of registry .*: its authority is not known/,
  ],
  [
    'a registry that is not there',
    () => ({ offload: { image: 'registry.invalid/vendor/offload:1' } }),
    'image',
    /can't ask registry registry\.invalid: .*DNS/,
  ],
  [
    'an image for other nodes',
    () => ({ offload: { image: `${registry.host}/${REPOSITORY}:other` } }),
    'image',
    /is for linux\/s390x, and the target's nodes are linux\//,
  ],
  [
    'an image that the worker does not allow',
    () => ({ offload: { image: `${registry.host}/somebody/else:1` } }),
    'image',
    /is none that the worker may run; it allows /,
  ],
])('%s is a concern of its own', async (_, wish, field, sentence) => {
  await stage.admin
    .create(SECRETS, {
      apiVersion: SECRETS.apiVersion,
      kind: SECRETS.kind,
      metadata: { name: 'opaque', namespace: TARGET_NAMESPACE },
    })
    .catch(() => undefined);
  const { code, lines } = await check(wish());
  expect({ code, count: lines.length }).toEqual({ code: 2, count: 1 });
  expect(FIELD.exec(lines[0] ?? '')?.[1]).toBe(field);
  expect(lines[0]).toMatch(sentence);
});

test('a registry that is down refuses a plan, or is a warning by policy', async () => {
  await registry.stop();
  try {
    const refused = await check();
    expect(refused).toMatchObject({
      code: 2,
      lines: [expect.stringContaining("the worker can't ask registry")],
    });
    const warned = await check({ drover: { onUncheckedImage: 'warn' } });
    expect(warned).toMatchObject({ code: 0, lines: [expect.stringMatching(/^warning: .*is not checked/)] });
    expect(warned.stdout).toContain(`${image}  not checked: its tag`);
  } finally {
    registry = await startPrivateRegistry(Number(registry.host.split(':')[1]));
    await startWorker();
  }
});

test('what was frozen runs, with the login that was named, though its tag was moved meanwhile', async () => {
  await refreshAuthority();
  const frozen = await freeze('pinned');
  expect(await push({ entrypoint: ['/nothing'] }, '1')).not.toBe(digest);
  const running = await start(frozen);
  const jobs = new Map<string, string>();
  const result = await Promise.race([running.result(), watchJobs(jobs)]);
  expect(result).toMatchObject({ outcome: 'succeeded', failure: null });
  expect(new Set(jobs.values())).toEqual(new Set([`${registry.host}/${REPOSITORY}@${digest} by right`]));
  expect((await stage.verdicts(result)).map(({ equal }) => equal)).toEqual([true]);
  const history = JSON.stringify(await running.fetchHistory());
  expect(history).not.toContain(ADA.password);
  expect(history).not.toContain(Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64'));
});

test('an image that is not allowed does not run for a VM that was frozen by hand either', async () => {
  await push(await imageRecipe(join(packagePath('lab', 'images'), 'offload-plugin')), '1');
  const frozen = await freeze('forged');
  const evil = 'registry.example.com/evil/offload:1';
  const disks = frozen.disks.map((disk) => ({
    ...disk,
    method: { kind: 'plugin' as const, image, pinnedImage: evil, vars: {} },
  }));
  const running = await start({ ...frozen, disks });
  const { workflowId } = running;
  const state = await stage.parked({ name: 'forged', moref: frozen.vm.moref, workflowId });
  expect(state.failure).toMatchObject({
    kind: 'ImageNotAllowed',
    message: `the worker may not run ${evil}`,
  });
  await running.cancel();
  expect(await running.result()).toMatchObject({ outcome: 'aborted' });
});

/** The registry has a new certificate since it came back. */
async function refreshAuthority(): Promise<void> {
  await trustedByNodes();
  await stage.admin.patch(
    CONFIG_MAPS,
    { name: 'registry-authority', namespace: TARGET_NAMESPACE },
    { data: { 'ca.crt': readFileSync(registry.ca ?? '', 'utf8') } },
  );
}

async function freeze(name: string): Promise<FrozenVm> {
  const { problems, vms }: CheckResult = await stage.whole.drover.checkPlan(manifests(name));
  expect(problems).toEqual([]);
  const [frozen] = vms;
  if (frozen === undefined) throw new Error(`${name} was not frozen`);
  return frozen;
}

function start(frozen: FrozenVm) {
  return stage.whole.temporal.workflow.start<typeof migrateVm>('migrateVm', {
    args: [frozen],
    taskQueue: TASK_QUEUE,
    workflowId: vmId({ vcenterUuid: frozen.vcenterUuid, moref: frozen.vm.moref }),
  });
}

/** Notes image and pull secret of every plugin's Job, for as long as a migration runs. */
async function watchJobs(found: Map<string, string>): Promise<never> {
  for (;;) {
    const { items } = await stage.admin.list(JOBS, { namespace: TARGET_NAMESPACE });
    for (const { metadata, spec } of items) {
      const pod = spec?.template.spec;
      const secrets = pod?.imagePullSecrets?.map(({ name }) => name).join() ?? 'nobody';
      found.set(metadata?.name ?? '', `${pod?.containers[0]?.image} by ${secrets}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
