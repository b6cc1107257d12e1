/** What the worker asks of the cluster, in a run with every method and every way out, against what it may ask. */
import { createReadStream, readFileSync, renameSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CoreV1Api, type KubernetesObject, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { ApiClient } from '../../activities/kubernetes/api/api-client';
import {
  CONFIG_MAPS,
  DATA_VOLUMES,
  CLUSTER_PREFERENCES,
  INSTANCE_TYPES,
  JOBS,
  NETWORK_ATTACHMENTS,
  SECRETS,
} from '../../activities/kubernetes/api/kinds';
import { applyObjects, loadCluster } from '../../lab/apply';
import { DROVER_IDENTITY } from '../../lab/bench/audit';
import {
  BACKEND_NETWORK,
  PLAN_NAMESPACE,
  PROVIDER_SECRET,
  TARGET_NAMESPACE,
} from '../../lab/cluster-objects';
import { renderDeploy, renderIn } from '../../lab/kustomize';
import { stopProcess } from '../../lab/process';
import { sourceFile } from '../../lab/verify';
import { labEnvironment } from '../../lab/worker-process';
import { IMAGES, TARGET, TARGET_NAMESPACES, USE } from '../../plan/consent';
import { conversionJobName } from '../../plan/names';
import type { CheckResult } from '../../workflows/temporal-api';
import { startDrover } from '../support/drover-process';
import { COMMON, type Edit, editedArguments } from '../support/lab-manifests';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { eventuallyPasses } from '../support/eventually';
import { StorageArray } from './storage-array';

interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
  };
  responseStatus?: { code?: number };
}

const INSTANCE_TYPE = 'little';
const PREFERENCE = 'rhel.9';
const SCRIPTS = 'greeting';

let whole: WholeLab;
let admin: ApiClient;
let asked: AuditEvent[];
beforeAll(async () => {
  whole = await startWholeLab();
  admin = new ApiClient(loadCluster(whole.lab.state.kubeconfig));
  await everyWay();
  asked = await askedByWorker();
}, 600_000);
afterAll(async () => {
  admin.close();
  await whole.stop();
});

/**
 * Plugin, import and conversion; the worker and the Provider's Secret change while disks are copied. web01 parks with
 * a broken disk of each method and is retried to its end; archive parks before someone else's Job, is retried, and gets an
 * instance type; db01 gets a preference, and is aborted when its target exists; the guests of these three get scripts; appliance
 * parks before its volumes are bound, parks again after a retry, and is aborted.
 */
async function everyWay(): Promise<void> {
  await makeInstanceType();
  await makePreference();
  await makeScripts();
  const files = planWith('plan.yaml', {
    spec: `customizationScripts: { name: ${SCRIPTS} }`,
    setting: `copyAttempts: 1\n    importRestarts: 0\n    preferences: { rhel9_64Guest: ${PREFERENCE} }`,
    vm: ['name: archive', `name: archive\n      instanceType: ${INSTANCE_TYPE}`],
  });
  const mendDisks = await breakDisks();
  const removeJob = await takeJobNameOf('archive', files);
  const servers = startDrover(['migrate', ...files, '--watch'], env());
  await servers.said(/^db01: copy$/m);
  // db01's second card is on it: its target can't start.
  await admin.delete(NETWORK_ATTACHMENTS, { name: BACKEND_NETWORK, namespace: TARGET_NAMESPACE });
  await eventuallyPasses(anImportRuns);
  const authorities = await trustAnotherAuthority();
  await changeWorker();
  await eventuallyPasses(() => aLoginFollows(authorities));
  await new StorageArray(whole.lab.state).release();
  await giveApplianceUp();
  await servers.said(/^db01: start-vm$/m);
  await say('abort', 'db01');
  expect((await servers.ended).code).toBe(3);
  await mendDisks();
  await say('retry', 'web01');
  await removeJob();
  await say('retry', 'archive');
  const end = await whole.run('status', '--plan', 'openshift-mtv/servers', '--watch');
  expect(end.code).toBe(1);
  expect(end.stdout).toMatch(/^web01 .* succeeded *$/m);
  expect(end.stdout).toMatch(/^db01 .* aborted *$/m);
  expect(end.stdout).toMatch(/^archive .* succeeded *$/m);
}

async function makeInstanceType(): Promise<void> {
  const { apiVersion, kind } = INSTANCE_TYPES;
  const metadata = { name: INSTANCE_TYPE, namespace: TARGET_NAMESPACE };
  const spec = { cpu: { guest: 1 }, memory: { guest: '512Mi' } };
  await admin.create(INSTANCE_TYPES, { apiVersion, kind, metadata, spec });
}

async function makePreference(): Promise<void> {
  const { apiVersion, kind } = CLUSTER_PREFERENCES;
  await admin.create(CLUSTER_PREFERENCES, { apiVersion, kind, metadata: { name: PREFERENCE }, spec: {} });
}

async function makeScripts(): Promise<void> {
  const { apiVersion, kind } = CONFIG_MAPS;
  const annotations = {
    [TARGET_NAMESPACES]: TARGET_NAMESPACE,
    [IMAGES]: `${whole.lab.state.registry}/conversion`,
  };
  const labels = { [USE]: 'guest-scripts' };
  const metadata = { name: SCRIPTS, namespace: PLAN_NAMESPACE, labels, annotations };
  await admin.create(CONFIG_MAPS, { apiVersion, kind, metadata, data: { '10_linux_run_a.sh': 'true' } });
}

async function giveApplianceUp(): Promise<void> {
  const unbound = planWith('appliance.yaml', {
    setting: 'bindDeadline: 3s',
    storage: ['storageClass: fast-block', 'storageClass: never-binds'],
  });
  expect((await whole.run('migrate', ...unbound, '--watch')).code).toBe(3);
  await say('retry', 'appliance');
  expect((await whole.run('status', '--plan', 'openshift-mtv/appliances', '--watch')).code).toBe(3);
  await say('abort', 'appliance');
  const gone = await whole.run('status', '--plan', 'openshift-mtv/appliances', '--watch');
  expect(gone.stdout).toMatch(/^appliance .* aborted *$/m);
}

/** Of web01, one that is imported and one that the array copies. No copy ends before the array lets it. */
async function breakDisks(): Promise<() => Promise<void>> {
  const { state } = whole.lab;
  const array = new StorageArray(state);
  await array.hold('web01', 'db01', 'archive');
  await array.breakCopiesOf('[san-1] web01/web01_2.vmdk', 'the array is ill');
  const imported = sourceFile(state, '[ssd-1] web01/web01_1.vmdk');
  renameSync(imported, `${imported}.away`);
  return async () => {
    renameSync(`${imported}.away`, imported);
    await array.mend();
  };
}

/** A Job of the name that the VM's conversion will have. */
async function takeJobNameOf(vm: string, files: string[]): Promise<() => Promise<void>> {
  const checked = await whole.run('plan', 'check', ...files, '-o', 'json');
  const found = (JSON.parse(checked.stdout) as CheckResult).vms.find((each) => each.vm.name === vm);
  if (found === undefined) throw new Error(`the plan has no VM ${vm}`);
  const ref = { name: conversionJobName(found.baseName, 1), namespace: TARGET_NAMESPACE };
  const containers = [{ name: 'none', image: 'lab.drover.dev/pause:1' }];
  await admin.create(JOBS, {
    apiVersion: JOBS.apiVersion,
    kind: JOBS.kind,
    metadata: ref,
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } },
  });
  return async () => void (await admin.delete(JOBS, ref));
}

async function anImportRuns(): Promise<void> {
  const { items } = await admin.list(DATA_VOLUMES, { namespace: TARGET_NAMESPACE });
  expect(items.map(({ status }) => status?.phase)).toContain('ImportInProgress');
}

/** As before vCenter's certificate is renewed: what was made of the Provider's Secret for copiers has to follow. */
async function trustAnotherAuthority(): Promise<string> {
  const { kubeconfig, vcenter } = whole.lab.state;
  const another = Buffer.from(loadCluster(kubeconfig).getCurrentCluster()?.caData ?? '', 'base64').toString();
  expect(another).toContain('BEGIN CERTIFICATE');
  const both = readFileSync(vcenter.caFile, 'utf8') + another;
  const ref = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  await admin.patch(SECRETS, ref, { stringData: { 'ca.crt': both } });
  return both;
}

/**
 * So a worker has taken over a copy that still runs: a copy that has ended gets nothing any more. Of a copy that has only begun
 * since, the login was made with these authorities, and nothing follows.
 */
async function aLoginFollows(authorities: string): Promise<void> {
  const { items } = await admin.list(SECRETS, { namespace: TARGET_NAMESPACE });
  expect(items.map(({ data }) => data?.['ca.crt'])).toContain(Buffer.from(authorities).toString('base64'));
  expect((await askedByWorker()).map(rightOf)).toContain(`patch secrets in ${TARGET_NAMESPACE}`);
}

/** The one that follows remembers no Secret, and takes over what the first one waited for. */
async function changeWorker(): Promise<void> {
  if (whole.worker !== null) await stopProcess(whole.worker);
  await whole.startWorker();
}

function env(): NodeJS.ProcessEnv {
  return labEnvironment(whole.lab.state);
}

function planWith(
  plan: string,
  { setting, spec, storage, vm }: { setting: string; spec?: string; storage?: Edit; vm?: Edit },
): string[] {
  return editedArguments(whole.lab.state, {
    ...Object.fromEntries(COMMON.map((name) => [name, []])),
    ...(storage !== undefined && { 'storagemap.yaml': [storage] }),
    [plan]: [
      ['  drover:\n', `${spec === undefined ? '' : `  ${spec}\n`}  drover:\n    ${setting}\n`],
      ...(vm === undefined ? [] : [vm]),
    ],
  });
}

async function say(word: 'retry' | 'abort', vm: string): Promise<void> {
  expect(await whole.run(word, vm, '--why', 'to see every way')).toMatchObject({ code: 0, stderr: '' });
}

async function askedByWorker(): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(whole.lab.state.auditLog) })) {
    // The last line may be half written.
    if (!line.includes(`"${DROVER_IDENTITY}"`) || !line.endsWith('}')) continue;
    events.push(JSON.parse(line) as AuditEvent);
  }
  return events;
}

/** `create jobs.batch in migrated`, as rights are written, with where. */
function rightOf({ verb, objectRef }: AuditEvent): string {
  const { apiGroup, resource = '', subresource, namespace } = objectRef ?? {};
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  // The server says of a Namespace that it is in itself.
  const where = placeOf(resource === 'namespaces' ? undefined : namespace);
  return `${verb} ${name}${apiGroup === undefined ? '' : `.${apiGroup}`}${where}`;
}

function placeOf(namespace: string | undefined): string {
  return namespace === undefined ? '' : ` in ${namespace}`;
}

interface Role extends KubernetesObject {
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** Every right that the lab's account was given, in any of its roles, with where. */
async function givenRights(): Promise<string[]> {
  const objects = await Promise.all([
    renderDeploy('account'),
    renderDeploy('cdi'),
    renderIn(TARGET_NAMESPACE, 'target'),
    renderIn(PLAN_NAMESPACE, 'plans'),
  ]);
  const rights = (objects.flat() as Role[]).flatMap(({ rules = [], metadata }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((name) =>
          verbs.map(
            (verb) => `${verb} ${group === '' ? name : `${name}.${group}`}${placeOf(metadata?.namespace)}`,
          ),
        ),
      ),
    ),
  );
  return [...new Set(rights)].sort();
}

test('the rights in its two namespaces suffice: nothing was forbidden', () => {
  const forbidden = asked.filter(({ responseStatus }) => responseStatus?.code === 403);
  expect(forbidden.map(rightOf)).toEqual([]);
});

test('each right is used where it is given', async () => {
  const used = new Set(asked.map(rightOf));
  expect((await givenRights()).filter((right) => !used.has(right))).toEqual([]);
});

test('with the rights over the cluster instead, a namespace that nobody prepared will do', async () => {
  const cluster = loadCluster(whole.lab.state.kubeconfig);
  const rbac = cluster.makeApiClient(RbacAuthorizationV1Api);
  await rbac.deleteNamespacedRoleBinding({ name: 'drover-target', namespace: TARGET_NAMESPACE });
  await rbac.deleteNamespacedRoleBinding({ name: 'drover-plans', namespace: PLAN_NAMESPACE });
  const metadata = { name: 'unprepared', labels: { [TARGET]: 'true' } };
  await cluster.makeApiClient(CoreV1Api).createNamespace({ body: { metadata } });
  await changeWorker();
  const plan = editedArguments(whole.lab.state, {
    ...Object.fromEntries(COMMON.map((name) => [name, []])),
    'appliance.yaml': [
      ['name: appliances', 'name: elsewhere'],
      ['targetNamespace: migrated', 'targetNamespace: unprepared'],
    ],
    'networkmap.yaml': [['namespace: migrated', 'namespace: unprepared']],
  });
  const refused = await whole.run('migrate', ...plan, '--watch');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(
    `Drover may not get secrets/${PROVIDER_SECRET} in namespace openshift-mtv`,
  );
  expect(refused.stderr).toContain('Drover has none of its rights in namespace unprepared');

  await applyObjects(cluster, await renderDeploy('cluster-wide'));
  await changeWorker();
  const before = (await askedByWorker()).length;
  expect((await whole.run('migrate', ...plan, '--watch')).stdout).toMatch(/^appliance .* succeeded *$/m);
  const since = (await askedByWorker()).slice(before);
  expect(since.filter(({ responseStatus }) => responseStatus?.code === 403).map(rightOf)).toEqual([]);
  expect(since.map(rightOf)).toContain('create virtualmachines.kubevirt.io in unprepared');
});

test('every object that the worker writes is checked strictly against its schema', () => {
  const writes = asked.filter(
    ({ verb, objectRef }) =>
      ['create', 'update', 'patch'].includes(verb) && objectRef?.apiGroup !== 'authorization.k8s.io',
  );
  expect(writes.map(rightOf)).toEqual(
    expect.arrayContaining([
      'create pods in migrated',
      'create persistentvolumeclaims in migrated',
      'create datavolumes.cdi.kubevirt.io in migrated',
      'create virtualmachines.kubevirt.io in migrated',
      'patch persistentvolumeclaims in migrated',
    ]),
  );
  const lenient = writes.filter(({ requestURI }) => !requestURI.includes('fieldValidation=Strict'));
  expect(lenient.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
});
