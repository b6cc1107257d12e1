/** Importers that are kept from starting: the cluster's own reasons, told within seconds, and the import is given up. */
import type { SourceConnection } from '../../../../activities/interfaces';
import { DATA_VOLUMES } from '../../../../activities/kubernetes/api/kinds';
import type { FrozenDisk, FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { eventually } from '../../../support/eventually';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { injectSidecars, silenceCdi } from '../../../support/webhooks';
import { makeLimitRange, makeQuota } from '../../../support/quota';
import { exampleManifests, openTarget, type Target } from '../target';

let target: Target;
let vm: FrozenVm;
let disk: FrozenDisk;
let connection: SourceConnection;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  const { main } = target.activities;
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const manifests = exampleManifests('plan.yaml', namespace);
  const page = await target.run(main.resolvePlan, { manifests, only: ['web01'], offset: 0 });
  const [found] = page.vms;
  const imported = found?.disks.find(({ method }) => method.kind === 'import');
  if (found === undefined || imported === undefined) throw new Error('web01 was not resolved');
  connection = await target.run(main.checkSource, found);
  disk = imported;
  vm = { ...found, disks: [disk], conversion: null };
  target.heard.length = 0;
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

/** @param before done once the volumes are bound; with their release CDI makes the importer */
async function release(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await target.run(target.activities.waits.bindVolumes, vm, connection);
  await before();
  await target.run(target.activities.waits.releaseVolumes, vm, []);
}

async function fails(type: string, message: RegExp): Promise<void> {
  const request = { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 150, startDeadlineSeconds: 12 };
  await expect(target.run(target.activities.waits.awaitImport, request)).rejects.toMatchObject({
    type,
    message: expect.stringMatching(message) as string,
  });
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  expect(await target.admin.find(DATA_VOLUMES, ref)).toBeNull();
}

const notes = () => target.heard.map(({ note }) => note ?? '').join('\n');

test('a VDDK image that is not there', async () => {
  vm = { ...vm, source: { ...vm.source, vddkImage: 'lab.drover.dev/nowhere:1' } };
  await release();
  await fails('CopyNotStarted', /the importer did not start within 12 s: (ErrImagePull|ImagePullBackOff): /);
  expect(notes()).toMatch(/ErrImagePull|ImagePullBackOff/);
});

test('a quota that is smaller than an importer', async () => {
  await release(() => makeQuota(useCluster(), vm.namespace, { 'limits.cpu': '700m' }));
  await fails(
    'QuotaExceeded',
    /the importer did not start within 12 s: no importer is made; ErrExceededQuota: Error starting pod/,
  );
  expect(notes()).toContain('ErrExceededQuota');
});

test('CDI whose webhook does not answer', async () => {
  const { waits } = target.activities;
  const answerAgain = await silenceCdi(target.admin, vm.namespace);
  try {
    await expect(target.run(waits.bindVolumes, vm, connection)).rejects.toMatchObject({
      type: 'TargetUnreachable',
      nonRetryable: false,
      message: expect.stringMatching(
        /^create datavolumes .*failed calling webhook .*connection refused/,
      ) as string,
    });
  } finally {
    await answerAgain();
  }
  await target.run(waits.bindVolumes, vm, connection);
});

// For CDI an importer runs as long as the first container of its Pod, by name.
test.each(['mesh-proxy', 'envoy'])('container %s, put beside the importer, does not end', async (proxy) => {
  const meshed = { namespace: vm.namespace, label: 'cdi.kubevirt.io', values: ['importer'], proxy };
  const takeAway = await injectSidecars(target.admin, meshed);
  try {
    await release();
    const request = { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 600 };
    const ended = expect(target.run(target.activities.waits.awaitImport, request)).rejects.toMatchObject({
      type: 'VolumeLost',
    });
    await eventually(() =>
      notes().includes(`the importer has ended, but container ${proxy} of its Pod still runs`),
    );
    await target.admin.delete(DATA_VOLUMES, { name: disk.volumeName, namespace: vm.namespace });
    await ended;
  } finally {
    await takeAway();
  }
});

test('no node that would take it', async () => {
  const huge = { type: 'Container', _default: { 'ephemeral-storage': '9000Ti' } };
  await release(() => makeLimitRange(useCluster(), vm.namespace, [huge]));
  await fails('CopyNotStarted', /the importer did not start within 12 s: Unschedulable: .*ephemeral-storage/);
  expect(notes()).toContain('Unschedulable: ');
});
