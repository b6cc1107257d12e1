/** Claims that the cluster does not make: its own reason is told at once, not that of the binder which waits for them. */
import { CoreV1Api } from '@kubernetes/client-node';
import type { SourceConnection } from '../../../activities/interfaces';
import { SAMPLE_CONNECTION } from '../../../activities/kubernetes/admission/future-pods';
import type { CopyMethod, FrozenVm } from '../../../plan/frozen';
import { eventually } from '../../support/eventually';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../support/lab';
import { makeLimitRange, makeQuota } from '../../support/quota';
import { exampleManifests, openTarget, type Target } from './target';

let target: Target;
let vm: FrozenVm;
const connection: SourceConnection = SAMPLE_CONNECTION;

let source: FrozenVm['source'];

/** A login that may be used, for CDI is told by what vCenter is verified. */
beforeAll(async () => {
  target = openTarget();
  const manifests = exampleManifests('plan.yaml');
  const { vms } = await target.run(target.activities.main.resolvePlan, { manifests, offset: 0 });
  if (vms[0] === undefined) throw new Error('nothing was resolved');
  source = vms[0].source;
});

async function prepare(method: CopyMethod): Promise<void> {
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  vm = { ...frozenVm({ methods: [method], convert: false }), source, namespace };
  target.heard.length = 0;
}

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

const bind = () => target.run(target.activities.waits.bindVolumes, vm, connection);
const notes = () => target.heard.map(({ note }) => note ?? '').join('\n');

test.each<[string, CopyMethod]>([
  ['imported', BY_IMPORT],
  ["a plugin's", BY_PLUGIN],
])('a disk (%s) whose storage class is gone is refused by the reason of its claim', async (_, method) => {
  await prepare(method);
  vm = { ...vm, disks: vm.disks.map((disk) => ({ ...disk, storageClass: 'nowhere' })) };
  await expect(bind()).rejects.toMatchObject({
    type: 'ClaimRefused',
    message: expect.stringMatching(/ProvisioningFailed: .*"nowhere" not found/) as string,
  });
  expect(notes()).not.toContain('SchedulingGated');
});

test('an imported disk whose claim a LimitRange forbids says so, though CDI says nothing', async () => {
  await prepare(BY_IMPORT);
  await makeLimitRange(useCluster(), vm.namespace, [
    { type: 'PersistentVolumeClaim', max: { storage: '4Mi' } },
  ]);
  await expect(bind()).rejects.toMatchObject({
    type: 'ClaimRefused',
    message: expect.stringMatching(
      /would not make a claim of 8Mi .*maximum storage usage per PersistentVolumeClaim is 4Mi/,
    ) as string,
  });
});

test('an imported disk whose claim a quota forbids says so, and a retry makes the claim again', async () => {
  await prepare(BY_IMPORT);
  await makeQuota(useCluster(), vm.namespace, { persistentvolumeclaims: '0' });
  await expect(bind()).rejects.toMatchObject({
    type: 'ClaimRefused',
    message: expect.stringMatching(/ErrExceededQuota: .*exceeded quota: small/) as string,
  });
  expect(notes()).not.toContain('SchedulingGated');

  const core = useCluster().makeApiClient(CoreV1Api);
  await core.deleteNamespacedResourceQuota({ namespace: vm.namespace, name: 'small' });
  // A worker tries again while what was refused is being removed.
  const bound = await eventually(() =>
    bind().then(
      () => true,
      (error: { type?: string }) =>
        error.type === 'TargetUnreachable' ? null : Promise.reject(error as Error),
    ),
  );
  expect(bound).toBe(true);
});
