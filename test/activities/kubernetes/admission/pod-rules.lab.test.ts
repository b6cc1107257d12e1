/** What a namespace and its nodes forbid the Pods of a migration is said by its check, before anything is made. */
import { CONFIG_MAPS, NAMESPACES, VOLUME_CLAIMS } from '../../../../activities/kubernetes/api/kinds';
import type { FrozenVm } from '../../../../plan/frozen';
import type { GivenResources } from '../../../../plan/pod-resources';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { refusePods } from '../../../support/pod-policy';
import { makeLimitRange, makeQuota } from '../../../support/quota';
import { exampleManifests, openTarget, type Target } from '../target';

let target: Target;
let vm: FrozenVm;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  vm = { ...frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] }), namespace };
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const check = () => target.run(target.activities.main.checkTarget, vm);

async function refuses(type: string, message: RegExp): Promise<void> {
  await expect(check()).rejects.toMatchObject({
    type,
    message: expect.stringMatching(message) as string,
  });
  expect((await target.admin.list(VOLUME_CLAIMS, { namespace: vm.namespace })).items).toEqual([]);
}

const quota = (hard: Record<string, string>, scopes?: string[]) =>
  makeQuota(useCluster(), vm.namespace, hard, scopes);

test('a namespace that enforces restricted pod security and has room takes all Pods', async () => {
  await quota({
    'limits.cpu': '16',
    'limits.memory': '16Gi',
    'requests.cpu': '8',
    'requests.memory': '16Gi',
    pods: '10',
    persistentvolumeclaims: '3',
    'requests.storage': '1Gi',
    'count/jobs.batch': '2',
    secrets: '2',
  });
  await check();
});

describe('a quota', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'on limits that the conversion exceeds',
      { 'limits.cpu': '2' },
      /podResources.conversion.*exceeded quota: small/,
    ],
    ['on memory', { 'requests.memory': '2Gi' }, /podResources.conversion.*exceeded quota/],
    ['on Pods', { pods: '0' }, /exceeded quota/],
    [
      'on Pods that are there at the same time',
      { pods: '1' },
      /small leaves 1 of 1 pods, and the migration adds 2/,
    ],
    ['on what importers may take', { 'limits.cpu': '700m' }, /exceeded quota/],
    ['on claims', { persistentvolumeclaims: '2' }, /leaves 2 of 2 persistentvolumeclaims, .* adds 3/],
    ['on storage', { 'requests.storage': '70Mi' }, /leaves 70Mi of 70Mi requests.storage, .* adds 80Mi/],
    [
      'on storage of a class',
      { 'fast-block.storageclass.storage.k8s.io/requests.storage': '10Mi' },
      /leaves 10Mi .* adds 16Mi/,
    ],
    ['on Jobs', { 'count/jobs.batch': '1' }, /leaves 1 of 1 count\/jobs.batch, .* adds 2/],
    [
      'on Pods, those that have ended and wait to be tidied among them',
      { 'count/pods': '2' },
      /leaves 2 of 2 count\/pods, .* adds 3/,
    ],
    ['on Secrets', { secrets: '1' }, /leaves 1 of 1 secrets, .* adds 2/],
    ['on an image of imports', { 'count/datavolumes.cdi.kubevirt.io': '0' }, /datavolumes/],
  ])('%s', async (_, hard, message) => {
    await quota(hard);
    await refuses('QuotaExceeded', message);
  });

  test('of which others use too much already', async () => {
    await quota({ persistentvolumeclaims: '3' });
    const other = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'other', namespace: vm.namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    };
    await target.admin.create(VOLUME_CLAIMS, other);
    await expect(check()).rejects.toMatchObject({ type: 'QuotaExceeded' });
  });

  test('for other Pods than ours is no matter', async () => {
    await quota({ pods: '0' }, ['BestEffort']);
    await check();
  });
});

describe('a LimitRange', () => {
  const say = (purpose: 'binder' | 'probe' | 'conversion', given: GivenResources) => {
    vm = { ...vm, podResources: { ...vm.podResources, [purpose]: given } };
  };

  test('with a maximum that is less than a limit names the Pod and its setting, which helps', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [{ type: 'Container', max: { memory: '3584Mi' } }]);
    await refuses('PodRefused', /podResources.conversion\): .*maximum memory usage per Container is 3584Mi/);
    say('conversion', { requests: {}, limits: { memory: '3584Mi' } });
    await check();
  });

  test('with a minimum that is more than a request names the Pod and its setting, which helps', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [{ type: 'Container', min: { cpu: '50m' } }]);
    await refuses('PodRefused', /podResources.binder\): .*minimum cpu usage per Container is 50m/);
    say('binder', { requests: { cpu: '50m' }, limits: {} });
    await check();
  });

  test("with a maximum that is less than an importer's limit names CDI's configuration", async () => {
    vm = { ...vm, conversion: null, startTarget: false };
    await makeLimitRange(useCluster(), vm.namespace, [{ type: 'Container', max: { memory: '500M' } }]);
    await refuses('PodRefused', /CDI's importer .*maximum memory usage per Container is 500M/);
  });

  test('with a ratio of limit and request', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [
      { type: 'Container', maxLimitRequestRatio: { memory: '2' } },
    ]);
    await refuses('PodRefused', /memory max limit to request ratio per Container is 2/);
  });

  test('for whole Pods', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [{ type: 'Pod', max: { cpu: '2' } }]);
    await refuses('PodRefused', /maximum cpu usage per Pod is 2/);
  });

  test('for claims', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [
      { type: 'PersistentVolumeClaim', max: { storage: '32Mi' } },
    ]);
    await refuses('TargetRefused', /maximum storage usage per PersistentVolumeClaim is 32Mi/);
  });
});

test('a policy that refuses a Pod by its label is asked, and its own words are said', async () => {
  const { namespace } = vm;
  const label = { key: 'drover.dev/step', value: 'convert' };
  const admitAgain = await refusePods(target.admin, { namespace, ...label, message: 'no conversions here' });
  try {
    await refuses('PodRefused', /podResources.conversion\): .*no conversions here/);
  } finally {
    await admitAgain();
  }
});

test("on OpenShift, where no SecurityContextConstraint allows a Pod, the remedy is Drover's own", async () => {
  const { namespace } = vm;
  const message = 'unable to validate against any security context constraint: provider "restricted-v2"';
  const label = { key: 'drover.dev/step', value: 'convert' };
  const admitAgain = await refusePods(target.admin, { namespace, ...label, message });
  try {
    await refuses(
      'PodRefused',
      new RegExp(
        `podResources.conversion.*security context constraint.*apply deploy/openshift in namespace ${namespace}`,
      ),
    );
  } finally {
    await admitAgain();
  }
});

describe("the target's own Pod, which KubeVirt makes for the guest", () => {
  const LAUNCHER = /the target's own Pod, which KubeVirt makes/;
  beforeEach(() => {
    vm = { ...vm, conversion: null };
  });

  test('asks a quota for more memory than the guest has', async () => {
    await quota({ 'requests.memory': '2200Mi' });
    await refuses('QuotaExceeded', LAUNCHER);
    vm = { ...vm, startTarget: false };
    await check();
  });

  test('has twice its memory as a limit where a quota asks for one, or as the namespace says', async () => {
    await quota({ 'limits.memory': '4Gi' });
    await refuses('QuotaExceeded', LAUNCHER);
    const ratio = { 'alpha.kubevirt.io/auto-memory-limits-ratio': '1.1' };
    await target.admin.patch(NAMESPACES, { name: vm.namespace }, { metadata: { labels: ratio } });
    await check();
  });

  test('does not fit into the default limit of a LimitRange', async () => {
    await makeLimitRange(useCluster(), vm.namespace, [{ type: 'Container', _default: { memory: '1Gi' } }]);
    await refuses('PodRefused', LAUNCHER);
  });

  test('is too large for every node, also where they are empty', async () => {
    vm = { ...vm, hardware: { ...vm.hardware, memoryMiB: 4 * 1024 * 1024 } };
    await refuses('NoNodeFits', /no node could take the Pod of the launcher: 2 of 2 nodes: only 4Ti memory/);
  });
});

test('a namespace that is being deleted takes nothing, as its check says, and so does that of a plan', async () => {
  const hold = { namespace: vm.namespace, name: 'held', finalizers: ['drover.dev/test'] };
  const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: hold };
  await target.admin.create(CONFIG_MAPS, held);
  await dropNamespace(useCluster(), vm.namespace);
  await expect(check()).rejects.toMatchObject({
    type: 'TargetRefused',
    message: expect.stringMatching(/being (deleted|terminated)/) as string,
  });

  const manifests = exampleManifests('plan.yaml', vm.namespace);
  const { problems } = await target.run(target.activities.main.resolvePlan, { manifests, offset: 0 });
  expect(problems.map(({ found }) => found)).toContain(
    `namespace "${vm.namespace}" of the target is being deleted`,
  );
  await target.admin.patch(CONFIG_MAPS, hold, { metadata: { finalizers: null } });
});

describe('nodes', () => {
  test('of which none has a label that the plan asks for', async () => {
    vm = { ...vm, nodeSelector: { tier: 'gold' } };
    await refuses('NoNodeFits', /no node could take the Pod of the binder: 2 of 2 nodes: no label tier=gold/);
  });

  test('of which none is large enough for the conversion', async () => {
    const huge = { requests: { memory: '8192Gi' }, limits: {} };
    vm = { ...vm, podResources: { conversion: huge } };
    await refuses('NoNodeFits', /the Pod of the conversion: 2 of 2 nodes: only 4Ti memory/);
  });
});
