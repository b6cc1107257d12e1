/**
 * What whoever may only start workflows tries against other tenants, by plans and by workflows that are started
 * directly: with a server of their own, whose certificate the worker trusts as any of the public.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACES, SECRETS } from '../../activities/kubernetes/api/kinds';
import type { Manifests } from '../../activities/interfaces';
import { applyObjects, loadCluster } from '../../lab/apply';
import { DEMO_INVENTORY } from '../../lab/demo-inventory';
import { renderDeploy } from '../../lab/kustomize';
import { IMAGES, SERVERS, TARGET, TARGET_NAMESPACES, USE } from '../../plan/consent';
import type { FrozenVm, PluginMethod } from '../../plan/frozen';
import { vmRef } from '../../plan/vm-ref';
import { copyId } from '../../plan/names';
import type { migrateVm } from '../../workflows';
import { vmId } from '../../plan/workflow-ids';
import { type CheckResult, type CopyDiskInput, TASK_QUEUE } from '../../workflows/temporal-api';
import { Recorder } from '../support/recorder';
import { madeIn } from './audit';
import { plan, planFile, TARGET_NAMESPACE, vm } from './site';
import { LAB_TIMEOUT_MS, Stage } from './stage';

/** Whose Secrets are attacked. */
const VICTIM = 'team-a';
/** The attacker's own namespace, which consents to everything. */
const OWN = 'team-b';
const PASSWORD = 'the-administrators-password';
/** Secrets of the target namespace. */
const VENDORS = ['not-for-plugins', 'for-another-image'];
const TOKEN = 'the-target-clusters-token';
/** A Provider that the worker's operator has registered, and its Secret, which has no label. */
const REGISTERED = 'registered';
const LENT = 'lent-by-registration';

let stage: Stage;
let recorder: Recorder;
let dir: string;
let frozen: FrozenVm;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-attacks-'));
  recorder = await Recorder.start(dir);
  stage = await Stage.open([vm('victim', ['block', 'array'])], { worker: false });
  // The widest rights that we ship: nothing but consent stands in the way.
  await applyObjects(loadCluster(stage.whole.lab.state.kubeconfig), await renderDeploy('cluster-wide'));
  await stage.whole.startWorker({
    NODE_EXTRA_CA_CERTS: recorder.caFile,
    DROVER_PROVIDERS: registeredFile(),
  });
  await namespace(VICTIM);
  await namespace(OWN, { [TARGET]: 'true' });
  await secretOf('nameless', {});
  await secretOf('elsewhere', {
    labels: { [USE]: 'provider' },
    annotations: { [SERVERS]: 'vcenter.example.com', [TARGET_NAMESPACES]: '*' },
  });
  await secretOf('forklifts', {
    labels: { createdForProviderType: 'vsphere', createdForResourceType: 'providers' },
    data: { url: 'https://vcenter.example.com/sdk' },
  });
  await stage.admin.create(SECRETS, {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    metadata: {
      name: 'own-token',
      namespace: OWN,
      labels: { [USE]: 'provider' },
      annotations: { [SERVERS]: recorder.host },
    },
    stringData: { token: 'of-the-attacker' },
  });
  const { problems, vms }: CheckResult = await stage.whole.drover.checkPlan(manifests());
  expect(problems).toEqual([]);
  frozen = vms[0]!;
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await stage.close();
  recorder.stop();
  rmSync(dir, { recursive: true });
}, LAB_TIMEOUT_MS);

beforeEach(() => recorder.heard.splice(0));

async function namespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  const { apiVersion, kind } = NAMESPACES;
  await stage.admin.create(NAMESPACES, { apiVersion, kind, metadata: { name, labels } });
}

function registeredFile(): string {
  const file = join(dir, 'providers.yaml');
  const [provider] = registeredPlan({});
  writeFileSync(file, JSON.stringify(provider));
  return file;
}

/** The lab's own plan, whose source is the registered Provider: brought and otherwise as said, or not brought. */
function registeredPlan(brought: object | null): Manifests {
  const { url } = stage.whole.lab.state.vcenter;
  const text = JSON.stringify(manifests({ source: { url, secret: secretRef(LENT), ...brought } }));
  const documents = JSON.parse(text.replaceAll('"name":"vcenter"', `"name":"${REGISTERED}"`)) as Manifests;
  return brought === null ? documents.slice(1) : documents;
}

interface Said {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  data?: Record<string, string>;
}

/** The victim's, with logins of both kinds of Provider. */
async function secretOf(name: string, { data = {}, ...said }: Said): Promise<void> {
  await stage.admin.create(SECRETS, {
    apiVersion: SECRETS.apiVersion,
    kind: SECRETS.kind,
    metadata: { name, namespace: VICTIM, ...said },
    stringData: { user: 'administrator', password: PASSWORD, token: TOKEN, ...data },
  });
}

interface SecretName {
  name: string;
  namespace: string;
}

interface Wish {
  /** Of the vSphere Provider. */
  source?: object;
  /** Of the openshift Provider. */
  target?: object;
  targetNamespace?: string;
  /** Of the maps' plugins. */
  offload?: Record<string, unknown>;
}

/** The lab's own plan, and something in it otherwise. */
function manifests({ source, target, targetNamespace, offload }: Wish = {}): Manifests {
  const documents = plan(stage.whole.lab.state, ['victim'], { skipConversion: true, offload });
  return documents.map((document) => {
    const spec = document['spec'] as Record<string, unknown>;
    const { name } = document['metadata'] as { name: string };
    if (document['kind'] === 'Plan' && targetNamespace !== undefined)
      return { ...document, spec: { ...spec, targetNamespace } };
    if (document['kind'] !== 'Provider') return document;
    return { ...document, spec: { ...spec, ...(name === 'vcenter' ? source : target) } };
  });
}

/** What `drover plan check` says, without the place. */
async function check(wish: Wish | Manifests): Promise<{ code: number; lines: string[] }> {
  const file = planFile(stage.whole.lab.state, Array.isArray(wish) ? wish : manifests(wish as Wish));
  const { code, stderr } = await stage.whole.run('plan', 'check', '-f', file);
  const lines = stderr.split('\n').filter((line) => line !== '');
  return { code, lines: lines.map((line) => line.replace(/^.*?e2e-\d+\.yaml:\d+: /, '')) };
}

function secretRef(name: string) {
  return { name, namespace: VICTIM };
}

/** `resource/name` of what was ever made in a namespace, but for what each has from its beginning, and the vendors'. */
function made(namespace: string): string[] {
  const always = ['configmaps/kube-root-ca.crt', 'serviceaccounts/default'];
  const others = [...always, ...VENDORS.map((name) => `secrets/${name}`)];
  return madeIn(stage.whole.lab.state.auditLog, namespace).filter((name) => !others.includes(name));
}

/** As a stolen login would look. */
function stolen(): string[] {
  return recorder.heard.filter((text) => text.includes(PASSWORD) || text.includes(TOKEN));
}

/** Starts `migrateVm` as any Temporal client can, and gives it up when it has parked. */
async function parks(forged: FrozenVm) {
  const workflowId = vmId({ vcenterUuid: forged.vcenterUuid, moref: forged.vm.moref });
  const running = await stage.whole.temporal.workflow.start<typeof migrateVm>('migrateVm', {
    args: [forged],
    taskQueue: TASK_QUEUE,
    workflowId,
  });
  const state = await stage.parked({ name: 'victim', moref: forged.vm.moref, workflowId });
  await running.cancel();
  expect(await running.result()).toMatchObject({ outcome: 'aborted', left: [] });
  return state;
}

/** How a workflow ends that is started directly: the kind of its failure. */
async function ends(workflow: string, input: object): Promise<unknown> {
  const running = await stage.whole.temporal.workflow.start(workflow, {
    args: [input],
    taskQueue: TASK_QUEUE,
    workflowId: `attack-${randomBytes(4).toString('hex')}`,
  });
  return running.result().then(
    () => 'well',
    (error: { cause?: { type?: string; cause?: { type?: string } } }) =>
      error.cause?.cause?.type ?? error.cause?.type,
  );
}

/** The same of the copy of a disk by plugin, which nobody may start but `migrateVm`. */
function copyFails(forged: FrozenVm): Promise<unknown> {
  const disk = forged.disks.find(({ method }) => method.kind === 'plugin')!;
  const connection = {
    vcenterUrl: `https://${recorder.host}/sdk`,
    vcenterThumbprint: Array<string>(20).fill('00').join(':'),
    hostUrl: `https://${recorder.host}`,
    hostThumbprint: null,
  };
  const input: CopyDiskInput = {
    vm: vmRef(forged),
    disk,
    policy: { ...forged.policy, copyAttempts: 1 },
    connection,
    copyId: copyId(forged, disk.key, 0),
    firstAttempt: 1,
  };
  return ends('copyDisk', input);
}

describe("a Host with the attacker's address", () => {
  test.each<[string, SecretName]>([
    ['names a Secret that says nothing of its use', { name: 'nameless', namespace: VICTIM }],
    ['names a Secret that is meant for another server', { name: 'elsewhere', namespace: VICTIM }],
    ["names the vCenter's own Secret", { name: 'vcenter-login', namespace: 'openshift-mtv' }],
  ])('gets no login by a Host that %s', async (_, secret) => {
    const [esx] = DEMO_INVENTORY.hosts;
    const provider = { name: 'vcenter', namespace: 'openshift-mtv' };
    const host = {
      apiVersion: 'forklift.konveyor.io/v1beta1',
      kind: 'Host',
      metadata: { name: 'esx', namespace: 'openshift-mtv' },
      spec: { name: esx, ipAddress: recorder.host, provider, secret },
    };
    const { code, lines } = await check([...manifests(), host]);
    expect({ code, count: lines.length }).toEqual({ code: 2, count: 1 });
    expect(lines[0]).toContain(`that it may be sent to ${recorder.host}`);
    expect(lines[0]).toContain(`kubectl -n ${secret.namespace} annotate`);
    expect(recorder.heard).toEqual([]);
  });

  test('gets no login by a Host of a frozen VM', async () => {
    const moref = await stage.source.hostOf(frozen.vm.moref);
    const hosts = [{ moref, url: `https://${recorder.host}/sdk`, secret: frozen.source.secret }];
    const { failure } = await parks({ ...frozen, source: { ...frozen.source, hosts } });
    expect(failure?.kind).toBe('SecretNotConsented');
    expect(failure?.message).toContain(`that it may be sent to ${recorder.host}`);
    expect(recorder.heard).toEqual([]);
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });
});

describe("a Provider with the attacker's address", () => {
  test('hears a login whose owner consents to it: so the server would note a stolen one', async () => {
    await secretOf('agreeing', {
      labels: { [USE]: 'provider' },
      annotations: { [SERVERS]: recorder.host, [TARGET_NAMESPACES]: '*', [IMAGES]: '*' },
    });
    await check({ source: { url: `https://${recorder.host}/sdk`, secret: secretRef('agreeing') } });
    expect(stolen()).not.toEqual([]);
  });

  test.each([
    ['says nothing of its use', 'nameless', `kubectl -n ${VICTIM} label secret nameless ${USE}=provider && `],
    [
      'is meant for another server',
      'elsewhere',
      `kubectl -n ${VICTIM} annotate --overwrite secret elsewhere`,
    ],
    [
      'Forklift made for another server',
      'forklifts',
      `kubectl -n ${VICTIM} annotate secret forklifts ${SERVERS}=`,
    ],
  ])('gets no login of a vCenter that %s', async (_, name, command) => {
    const { code, lines } = await check({
      source: { url: `https://${recorder.host}/sdk`, secret: secretRef(name) },
    });
    expect({ code, count: lines.length }).toEqual({ code: 2, count: 1 });
    expect(lines[0]).toContain(`spec.secret.name: Secret ${VICTIM}/${name} does not say`);
    expect(lines[0]).toContain(`that it may be sent to ${recorder.host}`);
    expect(lines[0]).toContain(command);
    expect(recorder.heard).toEqual([]);
  });

  test.each(['nameless', 'elsewhere', 'forklifts'])(
    "gets no token of a cluster's that its owner did not mean for it: Secret %s",
    async (name) => {
      const { code, lines } = await check({
        target: { url: `https://${recorder.host}`, secret: secretRef(name) },
      });
      expect(code).toBe(2);
      expect(lines.join('\n')).toContain(`Secret ${VICTIM}/${name} does not say`);
      expect(recorder.heard).toEqual([]);
    },
  );

  test('gets no login by the look at an inventory', async () => {
    const source = { url: `https://${recorder.host}/sdk`, secret: secretRef('nameless') };
    const file = planFile(stage.whole.lab.state, manifests({ source }));
    const { code, stderr } = await stage.whole.run('inventory', 'vms', '-f', file);
    expect(code).not.toBe(0);
    expect(stderr).toContain('does not say');
    expect(recorder.heard).toEqual([]);
  });

  test('gets no login by a migration that is started directly', async () => {
    const source = { ...frozen.source, url: `https://${recorder.host}/sdk`, secret: secretRef('nameless') };
    const { failure } = await parks({ ...frozen, source });
    expect(failure?.kind).toBe('SecretNotConsented');
    expect(recorder.heard).toEqual([]);
  });

  test('gets no login by the copy of a disk that is started directly', async () => {
    const source = { ...frozen.source, url: `https://${recorder.host}/sdk`, secret: secretRef('elsewhere') };
    expect(await copyFails({ ...frozen, source })).toBe('InvalidInput');
    expect(recorder.heard).toEqual([]);
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });
});

describe('a Provider that is registered at the worker', () => {
  beforeAll(async () => {
    const { vcenter, registry } = stage.whole.lab.state;
    await secretOf(LENT, {
      annotations: { [TARGET_NAMESPACES]: TARGET_NAMESPACE, [IMAGES]: `${registry}/*` },
      data: { user: vcenter.username, password: vcenter.password, thumbprint: vcenter.thumbprint },
    });
  });

  /** As a plan freezes it, and any Temporal client may write it. */
  const source = (changed: object = {}): FrozenVm['source'] => ({
    ...frozen.source,
    provider: { namespace: 'openshift-mtv', name: REGISTERED },
    secret: secretRef(LENT),
    ...changed,
  });

  test('lends its login to its own server, though nothing on the Secret says so', async () => {
    expect(await check(registeredPlan(null))).toEqual({ code: 0, lines: [] });
    const { vms } = await stage.whole.drover.checkPlan(registeredPlan(null));
    expect(vms[0]?.source).toEqual(source());
  });

  test.each<[string, () => object, string]>([
    ['address', () => ({ url: `https://${recorder.host}/sdk` }), 'spec.url: is "https://'],
    ['Secret', () => ({ secret: secretRef('nameless') }), `spec.secret: is "${VICTIM}/nameless"`],
    [
      'VDDK image',
      () => ({ settings: { vddkInitImage: 'registry.example.com/evil:1' } }),
      'spec.settings.vddkInitImage: is "registry.example.com/evil:1"',
    ],
  ])('can not be given another %s by a plan', async (_, changed, sentence) => {
    const { code, lines } = await check(registeredPlan(changed()));
    expect({ code, count: lines.length }).toEqual({ code: 2, count: 1 });
    expect(lines[0]).toContain(sentence);
    expect(lines[0]).toContain('as it is registered at the worker');
    expect(recorder.heard).toEqual([]);
  });

  test('can not be given another address by the look at an inventory', async () => {
    const [brought] = registeredPlan({ url: `https://${recorder.host}/sdk` });
    const file = planFile(stage.whole.lab.state, [brought!]);
    const { code, stderr } = await stage.whole.run('inventory', 'vms', '-f', file);
    expect(code).not.toBe(0);
    expect(stderr).toContain('as it is registered at the worker');
    expect(recorder.heard).toEqual([]);
  });

  test('lends no login to another server by a Provider of another name', async () => {
    const { code, lines } = await check({
      source: { url: `https://${recorder.host}/sdk`, secret: secretRef(LENT) },
    });
    expect(code).toBe(2);
    expect(lines.join('\n')).toContain(`Secret ${VICTIM}/${LENT} does not say that it is a Provider's login`);
    expect(recorder.heard).toEqual([]);
  });

  test.each<[string, () => object, string]>([
    [
      'address',
      () => ({ url: `https://${recorder.host}/sdk` }),
      "does not say that it is a Provider's login",
    ],
    [
      'VDDK image',
      () => ({ vddkImage: 'registry.example.com/evil:1' }),
      'does not say that registry.example.com/evil:1 may be given it',
    ],
  ])('lends no login to another %s by a migration that is started directly', async (_, changed, why) => {
    const { failure } = await parks({ ...frozen, source: source(changed()) });
    expect(failure).toMatchObject({
      kind: 'SecretNotConsented',
      message: expect.stringContaining(why) as string,
    });
    expect(recorder.heard).toEqual([]);
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });

  test('lends no login to the copy of a disk that is started directly', async () => {
    const url = `https://${recorder.host}/sdk`;
    expect(await copyFails({ ...frozen, source: source({ url }) })).toBe('InvalidInput');
    expect(recorder.heard).toEqual([]);
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });
});

describe('a namespace whose owner has not let Drover work there', () => {
  const quiet = 'quiet';
  const command = `kubectl label namespace ${quiet} ${TARGET}=true`;

  beforeAll(() => namespace(quiet));
  afterEach(() => expect(made(quiet)).toEqual([]));

  test('is refused as the target of a plan, with the command by which its owner agrees', async () => {
    const { code, lines } = await check({ targetNamespace: quiet });
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [
        `spec.targetNamespace: namespace ${quiet} does not say that Drover may work there; its owner can say so: ${command}`,
      ],
    });
    expect((await check({ targetNamespace: 'kube-system' })).code).toBe(2);
  });

  test('gets nothing from a migration that is started directly', async () => {
    const { failure } = await parks({ ...frozen, namespace: quiet });
    expect(failure?.kind).toBe('NamespaceNotConsented');
    expect(failure?.message).toContain(command);
  });

  test('gets nothing from the copy of a disk that is started directly', async () => {
    expect(await copyFails({ ...frozen, namespace: quiet })).toBe('InvalidInput');
  });

  test('has no log and no console read', async () => {
    const ref = { ...vmRef(frozen), namespace: quiet };
    const disk = frozen.disks[1]!;
    expect(await ends('readConsole', { vm: ref, lines: 10 })).toBe('NamespaceNotConsented');
    const log = { vm: ref, disk, attempt: null, lines: 10, after: null };
    expect(await ends('readCopyLog', log)).toBe('NamespaceNotConsented');
  });
});

describe("a vendor's own Secret", () => {
  const image = () => (frozen.disks[1]!.method as PluginMethod).pinnedImage;
  const given = (secret: string): FrozenVm => ({
    ...frozen,
    disks: frozen.disks.map((disk) =>
      disk.method.kind === 'plugin' ? { ...disk, method: { ...disk.method, secret } } : disk,
    ),
  });

  beforeAll(async () => {
    const own = (name: string, said: object) =>
      stage.admin.create(SECRETS, {
        apiVersion: SECRETS.apiVersion,
        kind: SECRETS.kind,
        metadata: { name, namespace: TARGET_NAMESPACE, ...said },
        stringData: { token: PASSWORD },
      });
    await own('not-for-plugins', {});
    const annotations = { [IMAGES]: 'registry.example.com/vendor/*' };
    await own('for-another-image', { labels: { [USE]: 'plugin' }, annotations });
  });

  test.each([
    ['not-for-plugins', `kubectl -n ${TARGET_NAMESPACE} label secret not-for-plugins ${USE}=plugin && `],
    [
      'for-another-image',
      `kubectl -n ${TARGET_NAMESPACE} annotate --overwrite secret for-another-image ${IMAGES}=`,
    ],
  ])('is refused to an image that its owner has not named: %s', async (secret, command) => {
    const { code, lines } = await check({ offload: { secret } });
    expect(code).toBe(2);
    expect(lines[0]).toContain(`offloadPlugin.secret: Secret ${TARGET_NAMESPACE}/${secret} does not say`);
    expect(lines[0]).toContain(command);
  });

  test.each(VENDORS)('reaches no Pod by workflows that are started directly: %s', async (secret) => {
    const { failure } = await parks(given(secret));
    expect(failure).toMatchObject({
      kind: 'SecretNotConsented',
      message: expect.stringContaining(`that ${image()} may be given it`) as string,
    });
    expect(await copyFails(given(secret))).toBe('InvalidInput');
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });
});

describe("another tenant's login", () => {
  const narrow = 'for-a-only';

  beforeAll(async () => {
    const { vcenter } = stage.whole.lab.state;
    await secretOf(narrow, {
      labels: { [USE]: 'provider' },
      annotations: { [SERVERS]: new URL(vcenter.url).host, [TARGET_NAMESPACES]: 'apps', [IMAGES]: '*' },
      data: { user: vcenter.username, password: vcenter.password, thumbprint: vcenter.thumbprint },
    });
  });

  test('is not handed to a namespace of the attacker by a plan', async () => {
    const { code, lines } = await check({ source: { secret: secretRef(narrow) }, targetNamespace: OWN });
    expect(code).toBe(2);
    expect(lines.join('\n')).toContain(
      `Secret ${VICTIM}/${narrow} does not say that copiers in namespace ${OWN} may be given it`,
    );
  });

  test('is not handed to a namespace of the attacker by a migration that is started directly', async () => {
    const source = { ...frozen.source, secret: secretRef(narrow) };
    const { failure } = await parks({ ...frozen, source, namespace: OWN });
    expect(failure?.kind).toBe('SecretNotConsented');
    expect(made(OWN)).toEqual(['secrets/own-token']);
  });

  test('is not handed to a namespace of that name on a cluster of the attacker', async () => {
    const target = { url: `https://${recorder.host}`, secret: { name: 'own-token', namespace: OWN } };
    const { lines } = await check({
      source: { secret: secretRef(narrow) },
      target,
      targetNamespace: 'apps',
    });
    expect(lines.join('\n')).toContain(`copiers in namespace apps@${recorder.host} may be given it`);
  });

  test('is not given to an image that the attacker chose', async () => {
    const disks = frozen.disks.map((disk) => ({
      ...disk,
      method: { kind: 'plugin' as const, image: 'registry.example.com/evil:1', vars: {} },
    }));
    const { failure } = await parks({ ...frozen, disks });
    expect(failure).toMatchObject({
      kind: 'SecretNotConsented',
      message: expect.stringContaining('that registry.example.com/evil:1 may be given it') as string,
    });
    expect(made(TARGET_NAMESPACE)).toEqual([]);
  });
});
