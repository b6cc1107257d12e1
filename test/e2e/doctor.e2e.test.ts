/** What `drover doctor` says of a lab that has lost one prerequisite: each is taken away in turn, and put back. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CoreV1Api,
  type KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  StorageV1Api,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { applyObjects, loadCluster } from '../../lab/apply';
import { PLAN_NAMESPACE, PROVIDER_SECRET, siteObjects, TARGET_NAMESPACE } from '../../lab/cluster-objects';
import { renderDeploy } from '../../lab/kustomize';
import { labImage } from '../../lab/lab-images';
import { LAB_NODES } from '../../lab/node/registration';
import { giveRights } from '../../lab/service-accounts';
import { applyCluster } from '../../lab/standins/apply';
import { type RunningLab, startLab } from '../../lab/up';
import { drover } from '../client/recording-io';
import { type Finding, findingsIn } from '../doctor/findings';
import { eventually, eventuallyPasses } from '../support/eventually';
import { fileArguments } from '../support/lab-manifests';
import { inventory, vm } from './site';
import { LAB_TIMEOUT_MS } from './stage';

interface Examination {
  code: number;
  findings: Finding[];
}

/** On loopback, and nobody else's. */
const HOSTS = ['a', 'b'].map(() => `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`);
const PATIENCE_MS = 600_000;
/** A trial gives each Pod three minutes, and as many to the removal. */
const TRIALS_MS = 600_000;
/** In seconds. The API server's parts learn of a change in their own time. */
const LEARNT = 300;

let home: string;
let lab: RunningLab;
let config: KubeConfig;
let core: CoreV1Api;
let objects: KubernetesObjectApi;
let sound: Examination;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'drover-test-'));
  const site = { ...inventory([vm('web', ['files'])]), hosts: HOSTS };
  lab = await startLab({
    dir: join(home, 'lab'),
    log: () => undefined,
    lifetime: 'caller',
    inventory: site,
  });
  config = loadCluster(lab.state.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  objects = KubernetesObjectApi.makeApiClient(config);
  sound = await examine();
}, LAB_TIMEOUT_MS);

afterAll(async () => {
  await lab?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function examine(...more: string[]): Promise<Examination> {
  const { kubeconfig, registry } = lab.state;
  const where = ['--kubeconfig', kubeconfig, '--namespace', TARGET_NAMESPACE];
  // Who names an image lets its registry be asked also on this machine.
  const images = ['--binder-image', labImage(registry, 'pause')];
  const files = fileArguments(lab.state, 'providers.yaml');
  const { code, stdout } = await drover({}, 'doctor', ...where, ...images, ...files, '-o', 'json', ...more);
  return { code, findings: findingsIn(stdout) };
}

type Undo = () => Promise<unknown>;

interface Loss {
  /** What is missing. */
  what: string;
  take: () => Promise<Undo>;
  /** Which check says it, how gravely, and in which words. */
  check: string;
  severity: 'critical' | 'warning' | 'information';
  found: RegExp;
  /** Null where nobody needs to act. */
  remedy: RegExp | null;
}

interface Name {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

const named = (apiVersion: string, kind: string, name: string, namespace?: string): Name => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});

const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const changed = (of: Name, change: object) =>
  objects.patch(
    { ...of, ...change, metadata: { ...of.metadata, ...(change as Partial<Name>).metadata } },
    undefined,
    undefined,
    undefined,
    undefined,
    PatchStrategy.MergePatch,
  );

/** An object is gone when this resolves. */
async function without(...gone: Name[]): Promise<void> {
  for (const of of gone) {
    await objects.delete(of);
    await eventually(() =>
      objects.read(of).then(
        () => false,
        () => true,
      ),
    );
  }
}

/** A kind of objects, by the name of its definition. */
function withoutKind(definition: string): Promise<void> {
  return without(named('apiextensions.k8s.io/v1', 'CustomResourceDefinition', definition));
}

const putCluster: Undo = () => applyCluster(lab.state.kubeconfig);
/** The object of CDI's settings is among both. */
const putSite: Undo = () => applyObjects(config, siteObjects(lab.state));
const putAccount: Undo = async () => applyObjects(config, await renderDeploy('account'));

/** Takes one verb of the rules that an account has. A rule without any is none. */
function rulesWithout(rules: V1PolicyRule[] = [], resource: string, verb: string): V1PolicyRule[] {
  return rules
    .map((rule) =>
      rule.resources?.includes(resource)
        ? { ...rule, verbs: rule.verbs.filter((each) => each !== verb) }
        : rule,
    )
    .filter(({ verbs }) => verbs.length > 0);
}

async function onNodes(change: (name: string) => Promise<unknown>): Promise<void> {
  for (const { name } of LAB_NODES) await change(name);
}

const KVM = 'devices.kubevirt.io/kvm';
const withKvm = (amount: string | null) =>
  onNodes((name) => {
    const body = { status: { capacity: { [KVM]: amount }, allocatable: { [KVM]: amount } } };
    return core.patchNodeStatus({ name, body }, merge);
  });
const cordoned = (unschedulable: boolean) =>
  onNodes((name) => core.patchNode({ name, body: { spec: { unschedulable } } }, merge));

const LOSSES: Loss[] = [
  {
    what: 'nodes that take Pods',
    take: async () => {
      await cordoned(true);
      return () => cordoned(false);
    },
    check: 'nodes',
    severity: 'critical',
    found: /^none of 2 nodes takes Pods$/,
    remedy: /uncordon/,
  },
  {
    what: 'KVM',
    take: async () => {
      await withKvm(null);
      return () => withKvm('1000');
    },
    check: 'kvm',
    severity: 'critical',
    found: /no node that takes Pods offers KVM/,
    remedy: /switch on virtualization .*conversionKvm to false/,
  },
  {
    what: "CDI's DataVolumes",
    take: async () => {
      await withoutKind('datavolumes.cdi.kubevirt.io');
      return putCluster;
    },
    check: 'kinds',
    severity: 'critical',
    found: /^the cluster has no datavolumes \(cdi/,
    remedy: /install CDI/,
  },
  {
    what: "KubeVirt's VirtualMachines",
    take: async () => {
      await withoutKind('virtualmachines.kubevirt.io');
      return putCluster;
    },
    check: 'kinds',
    severity: 'critical',
    found: /^the cluster has no virtualmachines \(kubevirt/,
    remedy: /install KubeVirt/,
  },
  {
    what: 'Multus',
    take: async () => {
      const name = 'network-attachment-definitions.k8s.cni.cncf.io';
      await withoutKind(name);
      return async () => {
        await putCluster();
        await putSite();
      };
    },
    check: 'kinds',
    severity: 'information',
    found: /targets have the Pod network alone/,
    remedy: null,
  },
  {
    what: 'every storage class',
    take: async () => {
      const { items } = await config.makeApiClient(StorageV1Api).listStorageClass();
      const classes = items.map(({ metadata }) => metadata?.name ?? '');
      await without(...classes.map((name) => named('storage.k8s.io/v1', 'StorageClass', name)));
      return putCluster;
    },
    check: 'storage-classes',
    severity: 'critical',
    found: /no storage class/,
    remedy: /install a CSI driver/,
  },
  {
    what: 'a default storage class',
    take: async () => {
      const annotations = { 'storageclass.kubernetes.io/is-default-class': null };
      await changed(named('storage.k8s.io/v1', 'StorageClass', 'fast-files'), { metadata: { annotations } });
      return putCluster;
    },
    check: 'default-class',
    severity: 'information',
    found: /no storage class is the default/,
    remedy: null,
  },
  {
    what: 'the StorageProfile of a class',
    take: async () => {
      await without(named('cdi.kubevirt.io/v1beta1', 'StorageProfile', 'fast-block'));
      return putCluster;
    },
    check: 'storage-profiles',
    severity: 'warning',
    found: /CDI does not know .* fast-block \(csi.lab.drover.dev\)/,
    remedy: /volumeMode and accessMode in the StorageMap/,
  },
  {
    what: 'a VDDK image',
    take: async () => {
      await without(named('v1', 'ConfigMap', 'v2v-vmware', 'cdi'));
      return putSite;
    },
    check: 'vddk-image',
    severity: 'critical',
    found: /neither the Provider nor CDI names a VDDK image/,
    remedy: /vddkInitImage of the Provider/,
  },
  {
    what: 'a VDDK image in the registry that CDI names',
    take: async () => {
      const data = { 'vddk-init-image': labImage(lab.state.registry, 'gone') };
      await changed(named('v1', 'ConfigMap', 'v2v-vmware', 'cdi'), { data });
      return putSite;
    },
    check: 'registries',
    severity: 'warning',
    found: /its registry has no image \S+\/gone:1 \(VDDK\)/,
    remedy: /push it/,
  },
  {
    what: 'a label for pod security',
    take: async () => {
      const label = 'pod-security.kubernetes.io/enforce';
      const of = named('v1', 'Namespace', TARGET_NAMESPACE);
      await changed(of, { metadata: { labels: { [label]: null } } });
      return () => changed(of, { metadata: { labels: { [label]: 'restricted' } } });
    },
    check: 'pod-security',
    severity: 'information',
    found: /no label for pod security/,
    remedy: null,
  },
  {
    what: "the workers' account",
    take: async () => {
      await without(named('v1', 'ServiceAccount', 'drover-worker', 'drover'));
      return putAccount;
    },
    check: 'worker-rights',
    severity: 'warning',
    found: /there is no ServiceAccount drover\/drover-worker/,
    remedy: /--account/,
  },
  {
    what: "one of the workers' rights in the target namespace",
    take: async () => {
      const rbac = config.makeApiClient(RbacAuthorizationV1Api);
      const of = { name: 'drover-target', namespace: TARGET_NAMESPACE };
      const role = await rbac.readNamespacedRole(of);
      const rules = rulesWithout(role.rules, 'pods', 'create');
      await rbac.replaceNamespacedRole({ ...of, body: { ...role, rules } });
      return () => giveRights(config, 'target', TARGET_NAMESPACE);
    },
    check: 'worker-rights',
    severity: 'critical',
    found: /lacks create pods in namespace migrated$/,
    remedy: /^apply deploy\/target again/,
  },
  {
    what: "one of the workers' rights in the cluster",
    take: async () => {
      const rbac = config.makeApiClient(RbacAuthorizationV1Api);
      const name = 'drover-cluster';
      const role = await rbac.readClusterRole({ name });
      await rbac.replaceClusterRole({
        name,
        body: { ...role, rules: rulesWithout(role.rules, 'storageclasses', 'list') },
      });
      return putAccount;
    },
    check: 'worker-rights',
    severity: 'critical',
    found: /lacks list storageclasses.storage.k8s.io/,
    remedy: /^apply deploy\/account again/,
  },
  {
    what: "the Provider's Secret",
    take: async () => {
      await without(named('v1', 'Secret', PROVIDER_SECRET, PLAN_NAMESPACE));
      return putSite;
    },
    check: 'provider-secret',
    severity: 'warning',
    found: /there is no Secret openshift-mtv\/vcenter-login/,
    remedy: /make Secret openshift-mtv\/vcenter-login with user, password/,
  },
];

test('with all of them, nothing is critical, and each check that is to fail below has something better to say', () => {
  expect(sound).toMatchObject({ code: 0 });
  expect(sound.findings.filter(({ severity }) => severity === 'critical')).toEqual([]);
  const checks = new Set(sound.findings.map(({ check }) => check));
  expect(LOSSES.filter(({ check }) => !checks.has(check))).toEqual([]);
  for (const { check, found } of LOSSES) {
    expect(sound.findings.filter((one) => one.check === check && found.test(one.found))).toEqual([]);
  }
});

test.each(LOSSES)(
  'without $what',
  async ({ take, check, severity, found, remedy }) => {
    const putBack = await take();
    try {
      await eventuallyPasses(async () => {
        const { code, findings } = await examine();
        const shown = findings.filter((one) => one.check === check && found.test(one.found));
        expect(shown).toEqual([
          expect.objectContaining({
            severity,
            remedy: remedy === null ? null : (expect.stringMatching(remedy) as string),
          }),
        ]);
        const critical = findings.filter((one) => one.severity === 'critical').map((one) => one.check);
        expect([...new Set(critical)]).toEqual(severity === 'critical' ? [check] : []);
        expect(code).toBe(severity === 'critical' ? 2 : 0);
      }, LEARNT);
    } finally {
      await putBack();
    }
  },
  PATIENCE_MS,
);

test(
  'with all of them put back, it finds what it found before',
  async () => {
    const words = ({ findings }: Examination) => findings.map(({ check, found }) => [check, found]);
    await eventuallyPasses(async () => expect(words(await examine())).toEqual(words(sound)), LEARNT);
  },
  PATIENCE_MS,
);

/** Who listens on 443 is root, or the machine lets everybody. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot(
  'a Pod that reaches vCenter and ESXi hosts is told from one that does not reach one of them',
  async () => {
    const servers: Server[] = [];
    const listen = async (host: string, port: number) => {
      const server = createServer((socket) => socket.destroy()).listen(port, host);
      servers.push(server);
      await once(server, 'listening');
    };
    const reader = ['--reader-image', labImage(lab.state.registry, 'pause')];
    const reach = async () => {
      const { code, findings } = await examine('--try', '--storage-class', 'fast-files', ...reader);
      const [found] = findings.filter(({ check }) => check === 'tried-network');
      return { code, ...found };
    };
    const [first = '', second = ''] = HOSTS;
    try {
      for (const [host, port] of [
        [first, 443],
        [first, 902],
        [second, 443],
      ] as const)
        await listen(host, port);
      expect(await reach()).toMatchObject({
        code: 0,
        severity: 'warning',
        found: `a Pod does not reach 1 of 5: ${second}:902`,
        remedy: expect.stringMatching(/to vCenter on 443, and to each ESXi host on 443 and 902/) as string,
      });
      await listen(second, 902);
      expect(await reach()).toMatchObject({ severity: 'fine', found: 'a Pod reaches all of 5 addresses' });
    } finally {
      for (const server of servers) server.close();
    }
  },
  TRIALS_MS,
);
