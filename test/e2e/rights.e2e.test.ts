/** What the worker asks of the cluster, in a run with every method and every way out, against what it may ask. */
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KubernetesObjectApi } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { loadCluster } from '../../lab/apply';
import { DROVER_IDENTITY } from '../../lab/bench/audit';
import { BACKEND_NETWORK, TARGET_NAMESPACE } from '../../lab/cluster-objects';
import { labEnvironment } from '../../lab/worker-process';
import { startDrover } from '../support/drover-process';
import { COMMON, editedArguments } from '../support/lab-manifests';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { StorageArray } from './storage-array';

interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string };
  responseStatus?: { code?: number };
}

let whole: WholeLab;
let asked: AuditEvent[];
beforeAll(async () => {
  whole = await startWholeLab();
  await everyWay();
  asked = await askedByWorker();
}, 240_000);
afterAll(() => whole.stop());

/**
 * Plugin, import and conversion. web01 parks while it is copied and is retried to its end; db01 is aborted when its
 * target exists; appliance parks before its volumes are bound, parks again after a retry, and is aborted.
 */
async function everyWay(): Promise<void> {
  const { state } = whole.lab;
  const array = new StorageArray(state);
  await array.breakCopiesOf('[san-1] web01/web01_2.vmdk', 'the array is ill');
  const servers = startDrover(['migrate', ...planWith('plan.yaml', 'copyAttempts: 1'), '--watch'], env());
  await servers.said(/^db01: (copy|convert)$/m);
  await removeBackendNetwork();
  const nowhere = planWith('appliance.yaml', 'bindDeadline: 3s', '  targetNodeSelector: {nowhere: here}\n');
  expect((await whole.run('migrate', ...nowhere, '--watch')).code).toBe(3);
  await say('retry', 'appliance');
  expect((await whole.run('status', '--plan', 'openshift-mtv/appliances', '--watch')).code).toBe(3);
  await say('abort', 'appliance');
  await servers.said(/^db01: start-vm$/m);
  await say('abort', 'db01');
  expect((await servers.ended).code).toBe(3);
  await array.mend();
  await say('retry', 'web01');
  const end = await whole.run('status', '--plan', 'openshift-mtv/servers', '--watch');
  expect(end.code).toBe(1);
  expect(end.stdout).toMatch(/^web01 .* succeeded *$/m);
  expect(end.stdout).toMatch(/^db01 .* aborted *$/m);
  expect(end.stdout).toMatch(/^archive .* succeeded *$/m);
  const gone = await whole.run('status', '--plan', 'openshift-mtv/appliances', '--watch');
  expect(gone.stdout).toMatch(/^appliance .* aborted *$/m);
}

function env(): NodeJS.ProcessEnv {
  return labEnvironment(whole.lab.state);
}

function planWith(plan: string, setting: string, field = ''): string[] {
  return editedArguments(whole.lab.state, {
    ...Object.fromEntries(COMMON.map((name) => [name, []])),
    [plan]: [['  drover:\n', `${field}  drover:\n    ${setting}\n`]],
  });
}

async function say(word: 'retry' | 'abort', vm: string): Promise<void> {
  expect(await whole.run(word, vm, '--why', 'to see every way')).toMatchObject({ code: 0, stderr: '' });
}

/** db01's second card is on it: its target can't start. */
async function removeBackendNetwork(): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(loadCluster(whole.lab.state.kubeconfig));
  await api.delete({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: BACKEND_NETWORK, namespace: TARGET_NAMESPACE },
  });
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

/** `create jobs.batch`, as rights are written. */
function rightOf({ verb, objectRef }: AuditEvent): string {
  const { apiGroup, resource = '', subresource } = objectRef ?? {};
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${name}${apiGroup === undefined ? '' : `.${apiGroup}`}`;
}

/** Rights that no command can have the worker use in this cluster, and when it does. */
const USED_ELSEWHERE: Record<string, string> = {
  'list virtualmachineinstances.kubevirt.io': 'where API servers have no WatchList, before Kubernetes 1.34',
  'get jobs.batch': 'a worker died after it made a Job, before it could say so',
  'patch secrets':
    'a worker died after it made the login, and the Secret behind it changed before the next one came',
  'patch configmaps':
    'a worker died after it made the authority, and the Secret behind it changed before the next one came',
};

interface Role {
  kind: string;
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** Every right that deploy/rbac.yaml gives, in any of its roles. */
function shippedRights(): string[] {
  const text = readFileSync(join(__dirname, '..', '..', 'deploy', 'rbac.yaml'), 'utf8');
  const roles = parseAllDocuments(text)
    .map((document) => document.toJS() as Role)
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');
  const rights = roles.flatMap(({ rules }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((name) =>
          verbs.map((verb) => `${verb} ${group === '' ? name : `${name}.${group}`}`),
        ),
      ),
    ),
  );
  return [...new Set(rights)].sort();
}

test('the shipped rights suffice: nothing was forbidden', () => {
  const forbidden = asked.filter(({ responseStatus }) => responseStatus?.code === 403);
  expect(forbidden.map(rightOf)).toEqual([]);
});

test('each verb of deploy/rbac.yaml is used, here or where an exception says', () => {
  const used = new Set(asked.map(rightOf));
  const unused = shippedRights().filter((right) => !used.has(right));
  expect(unused).toEqual(unused.filter((right) => Object.hasOwn(USED_ELSEWHERE, right)));
  expect(shippedRights()).toEqual(expect.arrayContaining(Object.keys(USED_ELSEWHERE)));
});

test('every object that the worker writes is checked strictly against its schema', () => {
  const writes = asked.filter(
    ({ verb, objectRef }) =>
      ['create', 'update', 'patch'].includes(verb) && objectRef?.apiGroup !== 'authorization.k8s.io',
  );
  expect(writes.map(rightOf)).toEqual(
    expect.arrayContaining([
      'create pods',
      'create persistentvolumeclaims',
      'create datavolumes.cdi.kubevirt.io',
      'create virtualmachines.kubevirt.io',
      'patch persistentvolumeclaims',
    ]),
  );
  const lenient = writes.filter(({ requestURI }) => !requestURI.includes('fieldValidation=Strict'));
  expect(lenient.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
});
