/** What the target would refuse of a plan is said by the check of the plan, before any VM's own. */
import type { Manifests } from '../../../../activities/interfaces';
import { formatProblem } from '../../../../plan/problem';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { makeLimitRange, makeQuota } from '../../../support/quota';
import { exampleManifests, openTarget, type Target } from '../target';

let target: Target;
let namespace: string;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  namespace = await freshNamespace(useCluster(), { restricted: true });
});

afterEach(() => dropNamespace(useCluster(), namespace));
afterAll(() => target.close());

/** web01, db01 and archive of the lab, into the namespace of the test. */
function manifests(drover: object = {}, spec: object = {}): Manifests {
  return exampleManifests('plan.yaml', namespace).map((manifest) => {
    if (manifest.kind !== 'Plan') return manifest;
    const said = manifest.spec as { drover: object };
    const settings = { ...said.drover, ...drover };
    return { ...manifest, spec: { ...said, ...spec, drover: settings } };
  });
}

/** Nothing runs when all is done. */
const OFF = { targetPowerState: 'off' };
/** As the lab's VMs are at first: other tests stop some of them for a while. */
const RUNNING = {
  vms: [
    { name: 'web01', targetPowerState: 'on' },
    { name: 'db01', targetPowerState: 'on' },
    { name: 'archive', targetPowerState: 'off' },
  ],
};

function check(drover: object = {}, spec: object = {}): Promise<string[]> {
  return problemsOf(manifests(drover, spec));
}

async function problemsOf(plan: Manifests): Promise<string[]> {
  const { problems } = await target.run(target.activities.main.resolvePlan, {
    manifests: plan,
    offset: 0,
    triesTarget: true,
  });
  return problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`);
}

/** The plan with every datastore on the class of this name. */
function onClass(storageClass: string, modes: object = {}): Manifests {
  return manifests().map((manifest) => {
    if (manifest.kind !== 'StorageMap') return manifest;
    const { map } = manifest.spec as { map: { source: object }[] };
    return {
      ...manifest,
      spec: {
        ...(manifest.spec as object),
        map: map.map(({ source }) => ({ source, destination: { storageClass, ...modes } })),
      },
    };
  });
}

const quota = (hard: Record<string, string>) => makeQuota(useCluster(), namespace, hard);

test('a namespace that takes all is not spoken of', async () => {
  await quota({ 'requests.cpu': '32', 'requests.memory': '64Gi', 'requests.storage': '16Gi', pods: '30' });
  expect(await check()).toEqual([]);
});

test('a LimitRange that forbids the conversion is said once, for all VMs, at the setting that helps', async () => {
  await makeLimitRange(useCluster(), namespace, [{ type: 'Container', max: { memory: '3584Mi' } }]);
  expect(await check({}, OFF)).toEqual([
    expect.stringMatching(
      /^error: .*spec\.drover\.podResources\.conversion: VMs "web01", "db01", "archive": .*maximum memory usage per Container is 3584Mi/,
    ),
  ]);
  const conversion = { limits: { memory: '3584Mi' } };
  expect(await check({ podResources: { conversion } }, OFF)).toEqual([]);
});

test('a LimitRange that forbids a claim is said with the VM that has the largest', async () => {
  await makeLimitRange(useCluster(), namespace, [
    { type: 'PersistentVolumeClaim', max: { storage: '40Mi' } },
  ]);
  expect(await check()).toContainEqual(
    expect.stringMatching(
      /^error: .*spec\.map: VM "web01": .*maximum storage usage per PersistentVolumeClaim is 40Mi/,
    ),
  );
});

test('a class of whose modes CDI says nothing wants them in the map, and has room with them', async () => {
  const bare = await problemsOf(onClass('bare'));
  expect(bare).toContainEqual(
    expect.stringMatching(
      /^error: .*destination\.volumeMode: the StorageProfile of class "bare" names no modes to write with; give both volumeMode and accessMode/,
    ),
  );
  expect(await problemsOf(onClass('bare', { volumeMode: 'Block', accessMode: 'ReadWriteOnce' }))).toEqual([]);
});

test('a node selector that no node meets', async () => {
  const problems = await check({}, { targetNodeSelector: { tier: 'gold' } });
  expect(problems).toContainEqual(expect.stringMatching(/^error: .*no node could take .*no label tier=gold/));
});

test('a quota that holds one conversion, and not three at once, is a warning that says how many fit', async () => {
  await quota({ 'limits.cpu': '9' });
  expect(await check({}, OFF)).toEqual([
    expect.stringMatching(
      /^warning: .*spec\.drover\.maxConcurrentVms: quota small leaves 9 of 9 limits\.cpu, .* 12 with 3 VMs at once: 2 at once would fit/,
    ),
  ]);
  expect(await check({ maxConcurrentVms: 2 }, OFF)).toEqual([]);
});

test('storage for more than fits at once is a warning: scratch volumes go, the disks stay', async () => {
  await quota({ 'requests.storage': '12Gi' });
  expect(await check()).toEqual([
    expect.stringMatching(/^warning: .*requests\.storage, .*: 2 at once would fit/),
  ]);
  expect(await check({ maxConcurrentVms: 2 })).toEqual([]);
});

test('storage that all VMs keep, and that an empty quota would not hold, is an error', async () => {
  await quota({ 'zonal-block.storageclass.storage.k8s.io/requests.storage': '100Mi' });
  expect(await check({ maxConcurrentVms: 1 })).toEqual([
    expect.stringMatching(
      /^error: .*quota small allows 100Mi zonal-block\..* in all, and the 3 VMs keep 120Mi/,
    ),
  ]);
});

test('targets that run go on to ask for what their guests need, and KubeVirt must set the limits', async () => {
  await quota({ 'limits.memory': '16Gi' });
  expect(await check({ maxConcurrentVms: 1 }, RUNNING)).toEqual([
    expect.stringMatching(
      /^warning: .*quota small leaves 16384Mi .* the 3 VMs need \d+Mi: 2 of them would fit/,
    ),
    expect.stringMatching(/^warning: .*quota small asks for limits, .* AutoResourceLimitsGate/),
  ]);
});

test('a guest that is larger than a LimitRange lets a Pod be is said with its VM', async () => {
  await makeLimitRange(useCluster(), namespace, [{ type: 'Container', max: { memory: '4Gi' } }]);
  expect(await check({}, RUNNING)).toEqual([
    expect.stringMatching(/^error: .*VM "db01": the cluster would not admit the target's own Pod/),
  ]);
});

test('a quota of which a single VM asks for more is an error that names the VM', async () => {
  await quota({ persistentvolumeclaims: '3' });
  expect(await check()).toEqual([
    expect.stringMatching(
      /^error: .*quota small leaves 3 of 3 persistentvolumeclaims, and VM "web01" adds 4/,
    ),
  ]);
});

test('a wave asks nothing of it: the check of each VM does', async () => {
  await quota({ pods: '0' });
  const { problems } = await target.run(target.activities.main.resolvePlan, {
    manifests: manifests(),
    offset: 0,
  });
  expect(problems).toEqual([]);
});
