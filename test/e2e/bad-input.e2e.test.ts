/**
 * Whatever is wrong with what a user gives, or with the world it is meant for, is said in one line that names its
 * place, what was found and what would be right, and nothing is started.
 */
import { join } from 'node:path';
import {
  ApiextensionsV1Api,
  CoreV1Api,
  type KubeConfig,
  KubernetesObjectApi,
  type V1PolicyRule,
  type V1Role,
  type V1Secret,
} from '@kubernetes/client-node';
import { loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET, TARGET_NAMESPACE } from '../../lab/cluster-objects';
import { SERVERS, TARGET } from '../../plan/consent';
import { stopProcess } from '../../lab/process';
import { giveRights } from '../../lab/service-accounts';
import type { VcenterSpec, VmSpec } from '../../lab/vcenter-spec';
import { labEnvironment } from '../../lab/worker-process';
import { type CommandResult, runDrover, startDrover } from '../support/drover-process';
import { type COMMON, type Edit, editedArguments } from '../support/lab-manifests';
import { startWholeLab, type WholeLab } from '../support/whole-lab';
import { eventuallyPasses } from '../support/eventually';
import { StorageArray } from './storage-array';

function vm(name: string, over: Partial<VmSpec> = {}): VmSpec {
  return {
    name,
    firmware: 'bios',
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 512,
    guestId: 'debian12_64Guest',
    powerState: 'poweredOff',
    nics: [],
    disks: [{ datastore: 'ssd-1', sizeMiB: 8, bus: 'scsi' }],
    ...over,
  };
}

const INVENTORY: VcenterSpec = {
  datacenter: 'lab',
  cluster: 'cluster-1',
  hosts: ['esxi-a.lab.drover.dev'],
  datastores: ['ssd-1', 'ssd-2', 'san-1', 'san-2', 'nfs-1'],
  networks: [{ name: 'VM Network' }, { name: 'backend', distributed: true }, { name: 'dmz' }],
  vms: [
    vm('good'),
    vm('twin', { folder: 'red' }),
    vm('twin', { folder: 'blue', disks: [{ datastore: 'ssd-2', sizeMiB: 8, bus: 'scsi' }] }),
    vm('stray-disk', {
      disks: [
        { datastore: 'ssd-1', sizeMiB: 8, bus: 'scsi' },
        { datastore: 'nfs-1', sizeMiB: 8, bus: 'scsi' },
      ],
    }),
    vm('stray-card', { nics: [{ network: 'dmz', mac: '00:50:56:10:00:09' }] }),
  ],
};

let whole: WholeLab;
let admin: KubeConfig;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  whole = await startWholeLab({ inventory: INVENTORY, worker: false });
  admin = loadCluster(whole.lab.state.kubeconfig);
  env = labEnvironment(whole.lab.state);
});
afterAll(() => whole.stop());

/** A plan of one VM that would do, with edits by file. */
function planWith(edits: Partial<Record<(typeof COMMON)[number] | 'plan', readonly Edit[]>> = {}): string[] {
  const plan: Edit[] = [['- name: appliance', '- name: good'], ...(edits.plan ?? [])];
  return editedArguments(whole.lab.state, {
    'providers.yaml': edits['providers.yaml'] ?? [],
    'storagemap.yaml': edits['storagemap.yaml'] ?? [],
    'networkmap.yaml': edits['networkmap.yaml'] ?? [],
    'appliance.yaml': plan,
  });
}

/** Each line of stderr, with the folders of files left away. */
function linesOf({ stderr }: CommandResult): string[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/\/\S+\/(?=\S+\.yaml)/, ''));
}

/** Runs `drover migrate` and tells what it said; proves that it started and made nothing. */
async function refused(args: string[], environment = env): Promise<{ code: number; lines: string[] }> {
  const result = await runDrover(['migrate', ...args], environment);
  expect(result.stdout).toBe('');
  expect(await made()).toEqual([]);
  return { code: result.code, lines: linesOf(result) };
}

/** Workflows of VMs, and objects of ours in the target namespace. */
async function made(): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of whole.temporal.workflow.list({ query: "WorkflowType = 'migrateVm'" })) {
    found.push(workflowId);
  }
  const api = KubernetesObjectApi.makeApiClient(admin);
  const kinds = [
    ['v1', 'Pod'],
    ['v1', 'PersistentVolumeClaim'],
    ['v1', 'Secret'],
    ['batch/v1', 'Job'],
    ['kubevirt.io/v1', 'VirtualMachine'],
  ] as const;
  for (const [apiVersion, kind] of kinds) {
    const { items } = await api.list(apiVersion, kind, TARGET_NAMESPACE);
    found.push(...items.map(({ metadata }) => `${kind} ${metadata?.name}`));
  }
  return found;
}

// ---- Before Temporal is asked ------------------------------------------------------------------------------------

test('a file that is not there', async () => {
  expect(await refused(['-f', '/nowhere/plan.yaml'])).toEqual({
    code: 2,
    lines: ["drover: plan.yaml can't be read (no such file)"],
  });
});

test.each<[string, Parameters<typeof planWith>[0], string]>([
  [
    'a file that is no YAML',
    { plan: [['  targetNamespace: migrated', '  targetNamespace: "migrated']] },
    'drover: appliance.yaml:30: this is no YAML (Missing closing "quote); mend the syntax',
  ],
  [
    'a field that the API does not have',
    { plan: [['skipGuestConversion', 'skipGuestConversions']] },
    'drover: appliance.yaml:17: spec.skipGuestConversions: spec has no field "skipGuestConversions"; did you mean ' +
      '"skipGuestConversion"?',
  ],
  [
    'a field that the API has and Drover does not honour',
    { plan: [['skipGuestConversion: true', 'warm: true']] },
    'drover: appliance.yaml:17: spec.warm: this field is not honoured yet (true); set it to false: a cold migration ' +
      'is the only one that Drover knows yet',
  ],
  [
    'a Secret among the manifests',
    { plan: [['kind: Plan', 'kind: Secret']] },
    'drover: appliance.yaml:4: kind: a Secret must not be among the manifests: everything in them is kept in the ' +
      "history of the migration; remove it from the file; create it in the worker's cluster, where the Provider's " +
      'secret names it',
  ],
])('%s', async (_, edits, line) => {
  const { code, lines } = await refused(planWith(edits));
  expect({ code, first: lines[0] }).toEqual({ code: 2, first: line });
});

test('several problems in several files are several lines, all at once', async () => {
  const { code, lines } = await refused(
    planWith({
      plan: [['skipGuestConversion', 'skipGuestConversions']],
      'providers.yaml': [['type: vsphere', 'type: vspere']],
    }),
  );
  expect(code).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(/^drover: providers.yaml:8: spec.type: .*"vspere"/),
    expect.stringMatching(/^appliance.yaml:17: spec.skipGuestConversions: /),
  ]);
});

// ---- Temporal ----------------------------------------------------------------------------------------------------

test('a Temporal server that does not answer', async () => {
  expect(await refused(planWith(), { TEMPORAL_ADDRESS: '127.0.0.1:1' })).toEqual({
    code: 4,
    lines: [
      "drover: Temporal can't be reached at 127.0.0.1:1; start it, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE",
    ],
  });
});

test('a namespace that is not there, and one without the search attributes', async () => {
  const elsewhere = { ...env, TEMPORAL_NAMESPACE: 'bare' };
  expect(await refused(planWith(), elsewhere)).toEqual({
    code: 4,
    lines: [
      'drover: Temporal has no namespace "bare"; set TEMPORAL_NAMESPACE to the right one, or run: drover setup',
    ],
  });
  await whole.temporal.workflowService.registerNamespace({
    namespace: 'bare',
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await namespaceKnown('bare');
  expect(await refused(planWith(), elsewhere)).toEqual({
    code: 4,
    lines: [
      'drover: Temporal lacks the search attributes DroverPlan, DroverVm, DroverPhase, DroverOutcome, ' +
        'DroverAttention; run: drover setup',
    ],
  });
});

test('no worker that polls', async () => {
  expect(await refused(planWith())).toEqual({
    code: 4,
    lines: [
      `drover: no worker polls task queue "drover" in namespace "${env.TEMPORAL_NAMESPACE}"; start one: drover worker`,
    ],
  });
});

test('a machine without what the lab needs', async () => {
  const { code, stderr } = await runDrover(['lab', 'up', '--dir', join(whole.lab.state.dir, 'other')], {
    PATH: '/nowhere',
  });
  expect(code).toBe(2);
  expect(stderr.trim().split('\n').at(-1)).toMatch(/apt-get install -y bubblewrap qemu-utils$/);
});

// ---- What only source and target can tell ------------------------------------------------------------------------

describe('with a worker', () => {
  beforeAll(() => whole.startWorker());

  test.each<[string, Parameters<typeof planWith>[0], string]>([
    [
      'a VM that is not there',
      { plan: [['- name: good', '- name: goof']] },
      'error: appliance.yaml:26: spec.vms[0].name: no VM is named "goof"; did you mean "good"?',
    ],
    [
      'a name that two VMs have',
      { plan: [['- name: good', '- name: twin']] },
      'error: appliance.yaml:26: spec.vms[0].name: 2 VMs go by "twin"; give the id of one of: vm-',
    ],
    [
      'a VM that is in the plan twice',
      { plan: [['- name: good', '- name: good\n    - name: good']] },
      'error: appliance.yaml:27: spec.vms[1]: VM "good" (vm-',
    ],
    [
      'a datastore that is not there',
      { 'storagemap.yaml': [['name: ssd-1', 'name: ssd-9']] },
      'error: storagemap.yaml:17: spec.map[0].source.name: no datastore is named "ssd-9"; did you mean ',
    ],
    [
      'a disk on a datastore without mapping',
      { plan: [['- name: good', '- name: stray-disk']] },
      'error: storagemap.yaml:15: spec.map: datastore "nfs-1" (',
    ],
    [
      'a card on a network without mapping',
      { plan: [['- name: good', '- name: stray-card']] },
      'error: networkmap.yaml:14: spec.map: network "dmz" (',
    ],
    [
      'a target namespace that is not there',
      { plan: [['targetNamespace: migrated', 'targetNamespace: migrate']] },
      'error: appliance.yaml:16: spec.targetNamespace: the target has no namespace "migrate"; create it, or ',
    ],
  ])('%s', async (_, edits, start) => {
    const { code, lines } = await refused(planWith(edits));
    expect(code).toBe(2);
    expect(lines).toContainEqual(expect.stringContaining(start));
    for (const line of lines) expect(line).toMatch(/^error: \S+\.yaml:\d+: \S+: .+; .+$/);
  });

  test('a vCenter that does not answer is told of, and not asked again and again', async () => {
    await secret('for-nobody', {}, { [SERVERS]: '127.0.0.1:1' });
    const args = planWith({
      'providers.yaml': [
        [whole.lab.state.vcenter.url, 'https://127.0.0.1:1/sdk'],
        [`name: ${PROVIDER_SECRET}`, 'name: for-nobody'],
      ],
    });
    const line =
      "drover: Provider openshift-mtv/vcenter (https://127.0.0.1:1/sdk): vCenter can't be reached: ECONNREFUSED; check the Provider URL, DNS " +
      'and the network path to vCenter';
    expect(await refused(args)).toEqual({ code: 2, lines: [line] });
    const check = await runDrover(['plan', 'check', ...args], env);
    expect({ code: check.code, lines: linesOf(check) }).toEqual({ code: 2, lines: [line] });
  });

  test('a wrong password', async () => {
    await secret('wrong-password', { password: 'wrong' });
    const args = planWith({ 'providers.yaml': [[`name: ${PROVIDER_SECRET}`, 'name: wrong-password']] });
    expect(await refused(args)).toEqual({
      code: 2,
      lines: [
        'drover: Provider openshift-mtv/vcenter (Secret openshift-mtv/wrong-password): vCenter refuses user and ' +
          'password; put the right user and password into the Provider Secret, then retry',
      ],
    });
  });

  test('a wrong thumbprint', async () => {
    const thumbprint = Array<string>(20).fill('AB').join(':');
    await secret('wrong-thumbprint', { thumbprint });
    const args = planWith({ 'providers.yaml': [[`name: ${PROVIDER_SECRET}`, 'name: wrong-thumbprint']] });
    const { code, lines } = await refused(args);
    expect({ code, count: lines.length }).toEqual({ code: 2, count: 1 });
    expect(lines[0]).toContain(`vCenter's certificate with SHA-1 ${whole.lab.state.vcenter.thumbprint} and`);
    expect(lines[0]).toContain(
      'it is not the pinned one; put the right ca.crt or thumbprint into the Provider Secret',
    );
  });

  test('a Secret that is not there', async () => {
    const args = planWith({ 'providers.yaml': [[`name: ${PROVIDER_SECRET}`, 'name: forgotten']] });
    const { code, lines } = await refused(args);
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [
        'drover: Provider openshift-mtv/vcenter: there is no Secret openshift-mtv/forgotten; create the named ' +
          'Secret, then retry',
      ],
    });
  });

  test('no VDDK image anywhere', async () => {
    const core = admin.makeApiClient(CoreV1Api);
    const ref = { name: 'v2v-vmware', namespace: 'cdi' };
    const kept = await core.readNamespacedConfigMap(ref);
    await core.deleteNamespacedConfigMap(ref);
    // A worker remembers for a while what CDI's settings were.
    await restartWorker();
    try {
      expect(await refused(planWith())).toEqual({
        code: 2,
        lines: [
          'error: providers.yaml:7: spec.settings.vddkInitImage: no VDDK image is named, and disk "Hard disk 1" of ' +
            'VM "good" needs one to be imported; name one here, or in the ConfigMap v2v-vmware of CDI',
        ],
      });
    } finally {
      const body = { ...kept, metadata: { ...ref } };
      await core.createNamespacedConfigMap({ namespace: ref.namespace, body });
    }
  });
});

describe('with too few rights', () => {
  const ROLES = [
    { kind: 'Role', metadata: { name: 'drover-plans', namespace: PLAN_NAMESPACE } },
    { kind: 'Role', metadata: { name: 'drover-target', namespace: TARGET_NAMESPACE } },
    { kind: 'ClusterRole', metadata: { name: 'drover-cluster' } },
  ] as const;
  type RoleName = (typeof ROLES)[number]['metadata']['name'];

  const objects = () => KubernetesObjectApi.makeApiClient(admin);
  const roleOf = (name: RoleName): Promise<V1Role> =>
    objects().read({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      ...ROLES.find(({ metadata }) => metadata.name === name)!,
    });

  let shipped: V1Role[];
  beforeAll(async () => {
    shipped = await Promise.all(ROLES.map(({ metadata }) => roleOf(metadata.name)));
  });
  beforeEach(async () => {
    if (whole.worker !== null) await stopProcess(whole.worker);
  });
  afterEach(async () => {
    for (const { metadata, rules = [] } of shipped) await setRules(metadata?.name as RoleName, rules);
  });

  const NO_JOBS =
    'error: providers.yaml:15: Drover may not create jobs.batch in namespace migrated; give its account this right: ' +
    'deploy/target has it';

  test('a right that is missing is named, before anything is started', async () => {
    await withoutRight('drover-target', 'jobs', 'create');
    await whole.startWorker();
    expect(await refused(planWith())).toEqual({ code: 2, lines: [NO_JOBS] });
  });

  test('so is one without which the plan cannot be looked at, and whatever else is wrong', async () => {
    await withoutRight('drover-cluster', 'storageclasses', 'list');
    await whole.startWorker();
    expect(await refused(planWith({ plan: [['- name: good', '- name: goof']] }))).toEqual({
      code: 2,
      lines: [
        'error: providers.yaml:15: Drover may not list storageclasses.storage.k8s.io in the cluster; give its ' +
          'account this right: deploy/account has it',
        'error: appliance.yaml:26: spec.vms[0].name: no VM is named "goof"; did you mean "good"?',
      ],
    });
  });

  test("the right to the Provider's Secret is missed in its own namespace, beside rights in the target's", async () => {
    await withoutRight('drover-plans', 'secrets', 'get');
    await withoutRight('drover-target', 'jobs', 'create');
    await whole.startWorker();
    expect(await refused(planWith())).toEqual({
      code: 2,
      lines: [
        `error: providers.yaml:10: spec.secret: Drover may not get secrets/${PROVIDER_SECRET} in namespace ` +
          `${PLAN_NAMESPACE}; give its account this right: deploy/plans has it`,
        NO_JOBS,
      ],
    });
  });

  test("a right to one named Secret is enough for that Secret's plans, and for no other's", async () => {
    const rules = shipped.find(({ metadata }) => metadata?.name === 'drover-plans')?.rules ?? [];
    await setRules(
      'drover-plans',
      rules.map((rule) => ({ ...rule, resourceNames: [PROVIDER_SECRET] })),
    );
    await whole.startWorker();
    expect(await runDrover(['plan', 'check', ...planWith()], env)).toMatchObject({ code: 0 });
    const other = planWith({ 'providers.yaml': [[`name: ${PROVIDER_SECRET}`, 'name: another']] });
    const { code, lines } = await refused(other);
    expect({ code, lines }).toEqual({
      code: 2,
      lines: [expect.stringContaining('Drover may not get secrets/another in namespace openshift-mtv; ')],
    });
  });

  test('a target namespace whose owner gave no rights, and a network in another one', async () => {
    const core = admin.makeApiClient(CoreV1Api);
    for (const name of ['unprepared', 'shared']) {
      await core.createNamespace({ body: { metadata: { name, labels: { [TARGET]: 'true' } } } });
    }
    await whole.startWorker();
    const plan: Edit[] = [['targetNamespace: migrated', 'targetNamespace: unprepared']];
    const edits = {
      plan: [...plan],
      'networkmap.yaml': [['namespace: migrated', 'namespace: shared']] as Edit[],
    };
    expect(await refused(planWith(edits))).toEqual({
      code: 2,
      lines: [
        'error: providers.yaml:15: Drover has none of its rights in namespace unprepared; apply deploy/target there',
        'error: providers.yaml:15: Drover may not list network-attachment-definitions.k8s.cni.cncf.io in namespace ' +
          'shared; give its account this right: deploy/networks has it',
      ],
    });
    await giveRights(admin, 'target', 'unprepared');
    await giveRights(admin, 'networks', 'shared');
    await restartWorker();
    expect(await runDrover(['plan', 'check', ...planWith(edits)], env)).toMatchObject({ code: 0 });
  });

  async function withoutRight(role: RoleName, resource: string, verb: string): Promise<void> {
    const { rules = [] } = await roleOf(role);
    const fewer = rules.map((rule) =>
      rule.resources?.includes(resource) ? { ...rule, verbs: replaced(rule.verbs, verb) } : rule,
    );
    expect(fewer).not.toEqual(rules);
    await setRules(role, fewer);
  }

  /** A rule needs a verb: one that nobody uses takes the place. */
  function replaced(verbs: string[], verb: string): string[] {
    return verbs.map((one) => (one === verb ? 'none' : one));
  }

  async function setRules(name: RoleName, rules: V1PolicyRule[]): Promise<void> {
    await objects().replace({ ...(await roleOf(name)), rules });
  }
});

describe('VMs that migrate already', () => {
  beforeAll(restartWorker);

  test('the same plan, and another plan with the same VM, are refused; the first goes on', async () => {
    // However long the commands below take: a migration that has ended refuses no other.
    const array = new StorageArray(whole.lab.state);
    await array.hold('good');
    const first = startDrover(['migrate', ...planWith(), '--watch'], env);
    await first.said(/^good: copy$/m);

    const samePlan = await runDrover(['migrate', ...planWith()], env);
    expect({ code: samePlan.code, lines: linesOf(samePlan) }).toEqual({
      code: 2,
      lines: [
        expect.stringMatching(
          /^drover: this plan is migrating already \(migrate\/openshift-mtv\/appliances\); /,
        ),
      ],
    });

    const other = planWith({
      plan: [
        ['name: appliances', 'name: again'],
        ['- name: good', '- name: good\n      targetName: other'],
      ],
    });
    for (const extra of [[], ['--watch']]) {
      const { code, stderr, stdout } = await runDrover(['migrate', ...other, ...extra], env);
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(
        /good: .*runs already; wait for the other migration of this VM, or abort it/,
      );
    }

    await array.release();
    const { code, stdout } = await first.ended;
    expect({ code, report: /^good +migrated\/good .*succeeded/m.test(stdout) }).toEqual({
      code: 0,
      report: true,
    });
  });
});

// Last: a kind that is gone takes all of its objects with it.
describe('without CDI', () => {
  beforeAll(restartWorker);

  test('the kind that is missing is named', async () => {
    const api = admin.makeApiClient(ApiextensionsV1Api);
    await api.deleteCustomResourceDefinition({ name: 'datavolumes.cdi.kubevirt.io' });
    const fresh = planWith({
      plan: [
        ['name: appliances', 'name: without-cdi'],
        ['- name: good', '- name: stray-card'],
      ],
      'networkmap.yaml': [['name: VM Network', 'name: dmz']],
    });
    const result = await runDrover(['migrate', ...fresh], env);
    expect({ code: result.code, lines: linesOf(result) }).toEqual({
      code: 2,
      lines: [
        'error: providers.yaml:15: the target has no datavolumes.cdi.kubevirt.io; install the operator that brings ' +
          'it (KubeVirt, CDI)',
      ],
    });
  });
});

async function restartWorker(): Promise<void> {
  if (whole.worker !== null) await stopProcess(whole.worker);
  await whole.startWorker();
}

/** The Provider's Secret with some keys and annotations changed, under another name. */
async function secret(name: string, changes: Record<string, string>, said: object = {}): Promise<void> {
  const core = admin.makeApiClient(CoreV1Api);
  const ref = { name: PROVIDER_SECRET, namespace: PLAN_NAMESPACE };
  const { data, metadata: { labels, annotations } = {} } = await core.readNamespacedSecret(ref);
  const body: V1Secret = {
    metadata: { name, labels, annotations: { ...annotations, ...said } },
    data,
    stringData: changes,
  };
  await core.createNamespacedSecret({ namespace: PLAN_NAMESPACE, body });
}

/** The server's own processes learn of a new namespace one after the other, without saying so. */
async function namespaceKnown(namespace: string): Promise<void> {
  await eventuallyPasses(async () => {
    await whole.temporal.connection.operatorService.listSearchAttributes({ namespace });
  });
}
