import type { SourceConnection } from '../../../activities/contract';
import { DATA_VOLUMES, SECRETS, VIRTUAL_MACHINES, VOLUME_CLAIMS } from '../../../activities/kubernetes/kinds';
import { virtualMachine } from '../../../activities/kubernetes/objects/virtual-machine';
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/frozen';
import { dropNamespace, freshNamespace, useCluster } from '../../support/lab';
import { exampleManifests, openTarget, type Target } from './target';

let target: Target;
let vm: FrozenVm;
let connection: SourceConnection;

beforeAll(async () => {
  target = openTarget();
});

beforeEach(async () => {
  const { main } = target.activities;
  const manifests = exampleManifests('plan.yaml');
  const page = await target.run(main.resolvePlan, { manifests, only: ['web01'], offset: 0 });
  const [found] = page.vms;
  if (found === undefined) throw new Error('web01 was not resolved');
  connection = await target.run(main.checkSource, found);
  vm = { ...found, namespace: await freshNamespace(useCluster(), { restricted: true }) };
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

function diskBy(kind: FrozenDisk['method']['kind']): FrozenDisk {
  const disk = vm.disks.find(({ method }) => method.kind === kind);
  if (disk === undefined) throw new Error(`no disk by ${kind}`);
  return disk;
}

async function makeAndRelease(): Promise<void> {
  const { main, waits } = target.activities;
  await target.run(main.ensureVolumes, vm, connection);
  await target.run(waits.awaitVolumesBound, vm);
  await target.run(waits.releaseVolumes, vm);
}

test('an import that can only fail ends after the allowed restarts, and takes its volume with it', async () => {
  const disk = { ...diskBy('import'), currentPath: '[ssd-1] nowhere/nothing.vmdk' };
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const { waits } = target.activities;
  const waiting = target.run(waits.awaitImport, { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 50 });
  await expect(waiting).rejects.toMatchObject({ type: 'ImportRestarts' });
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  expect(await target.admin.find(DATA_VOLUMES, ref)).toBeNull();
  expect(await target.admin.find(VOLUME_CLAIMS, ref)).toBeNull();
});

test('a plugin that fails keeps its volume, its Pod goes, and the next attempt can run', async () => {
  const disk = diskBy('plugin');
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const { main, waits } = target.activities;
  const request = { vm: vmRef(vm), disk, attempt: 1, copyId: 'c-1', connection };
  const broken = {
    ...request,
    disk: { ...disk, basePath: '[san-1] no/no.vmdk', currentPath: '[san-1] no/no.vmdk' },
  };
  await target.run(main.startPlugin, broken);
  await expect(target.run(waits.awaitPlugin, { ...broken, deadlineSeconds: 50 })).rejects.toMatchObject({
    type: expect.stringMatching(/^Copy(Failed|Refused)$/) as string,
  });
  await target.run(waits.stopCopy, request);
  await target.run(waits.stopCopy, request);
  const again = { ...request, attempt: 2 };
  await target.run(main.startPlugin, again);
  const report = await target.run(waits.awaitPlugin, { ...again, deadlineSeconds: 50 });
  expect(report.bytes).toBe(disk.capacityBytes);
});

test("someone else's VM and Secret of our names are named, and left as they are", async () => {
  const foreign = virtualMachine(vm, { converted: true, os: null, bootDisk: null, warnings: [] });
  foreign.metadata = { name: vm.targetName, namespace: vm.namespace };
  await target.admin.create(VIRTUAL_MACHINES, foreign);
  const secret = { name: `${vm.baseName}-login`, namespace: vm.namespace };
  await target.admin.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: secret });

  const { main, waits } = target.activities;
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({ type: 'NameTaken' });
  await expect(target.run(waits.releaseVolumes, vm)).rejects.toMatchObject({ type: 'NameTaken' });
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  expect(
    await target.admin.find(VIRTUAL_MACHINES, { name: vm.targetName, namespace: vm.namespace }),
  ).not.toBeNull();
  expect((await target.admin.get(SECRETS, secret)).data).toBeUndefined();
});

test('what is made before the copies start can be removed without a trace', async () => {
  const { main, waits } = target.activities;
  await target.run(main.ensureVolumes, vm, connection);
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  const { items } = await target.admin.list(VOLUME_CLAIMS, { namespace: vm.namespace });
  expect(items).toEqual([]);
});

test('a namespace that is not there is refused before anything is made', async () => {
  const nowhere = { ...vm, namespace: 'nowhere' };
  const { main } = target.activities;
  await expect(target.run(main.checkTarget, nowhere)).rejects.toMatchObject({ type: 'TargetRefused' });
});
