import type { SourceConnection } from '../../../activities/interfaces';
import {
  DATA_VOLUMES,
  JOBS,
  PODS,
  SECRETS,
  VIRTUAL_MACHINES,
  VOLUME_CLAIMS,
} from '../../../activities/kubernetes/api/kinds';
import { binderPod } from '../../../activities/kubernetes/objects/binder-pod';
import { loginSecret } from '../../../activities/kubernetes/objects/login-secret';
import { virtualMachine } from '../../../activities/kubernetes/objects/virtual-machine';
import { ownedBy } from '../../../activities/kubernetes/api/ownership';
import { IMAGES, USE } from '../../../plan/consent';
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { vmRef } from '../../../plan/vm-ref';
import { binderName, loginSecretName, scratchName } from '../../../plan/names';
import { CONVERSION } from '../../support/fake-activities';
import { eventually } from '../../support/eventually';
import { dropNamespace, freshNamespace, useCluster, useLab } from '../../support/lab';
import { makeQuota } from '../../support/quota';
import { exampleManifests, openTarget, type Target } from './target';

let target: Target;
let vm: FrozenVm;
let connection: SourceConnection;

beforeAll(async () => {
  target = openTarget();
});

beforeEach(async () => {
  const { main } = target.activities;
  const namespace = await freshNamespace(useCluster(), { restricted: true });
  const manifests = exampleManifests('plan.yaml', namespace);
  const page = await target.run(main.resolvePlan, { manifests, only: ['web01'], offset: 0 });
  const [found] = page.vms;
  if (found === undefined) throw new Error('web01 was not resolved');
  connection = await target.run(main.checkSource, found);
  vm = found;
});

afterEach(() => dropNamespace(useCluster(), vm.namespace));
afterAll(() => target.close());

function diskBy(kind: FrozenDisk['method']['kind']): FrozenDisk {
  const disk = vm.disks.find(({ method }) => method.kind === kind);
  if (disk === undefined) throw new Error(`no disk by ${kind}`);
  return disk;
}

/** Names of this VM's login Secrets. */
async function logins(): Promise<(string | undefined)[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  return (await target.admin.list(SECRETS, where)).items.map(({ metadata }) => metadata?.name);
}

function someLogins(): Promise<(string | undefined)[]> {
  return eventually(async () => {
    const found = await logins();
    return found.length > 0 ? found : null;
  });
}

async function makeAndRelease(): Promise<void> {
  const { waits } = target.activities;
  await target.run(waits.bindVolumes, vm, connection);
  await target.run(waits.releaseVolumes, vm, []);
}

test('an import that can only fail ends after the allowed restarts, and takes its volume with it', async () => {
  const disk = { ...diskBy('import'), currentPath: '[ssd-1] nowhere/nothing.vmdk' };
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const { waits } = target.activities;
  const waiting = target.run(waits.awaitImport, {
    vm: vmRef(vm),
    disk,
    maxRestarts: 0,
    deadlineSeconds: 150,
  });
  await expect(waiting).rejects.toMatchObject({ type: 'ImportRestarts' });
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  expect(await target.admin.find(DATA_VOLUMES, ref)).toBeNull();
  expect(await target.admin.find(VOLUME_CLAIMS, ref)).toBeNull();
  expect(await logins()).toEqual([]);
});

test('an import for which nobody names a VDDK image is refused before anything is made', async () => {
  // Here the target's owner lets Drover read ConfigMaps, and there is none that CDI would look into.
  const other = openTarget(vm.namespace);
  try {
    await expect(other.run(other.activities.main.checkTarget, vm)).rejects.toMatchObject({
      type: 'VddkImageMissing',
      message: "neither Provider vcenter nor the target's CDI names a VDDK image",
    });
  } finally {
    await other.close();
  }
});

test('where there is no room for the conversion, its volume is named as not bound, with the reason', async () => {
  const { conversion, policy } = vm;
  if (conversion === null) throw new Error('web01 is not to be converted');
  const full = { ...conversion, scratch: { ...conversion.scratch, storageClass: 'never-binds' } };
  vm = { ...vm, conversion: full, policy: { ...policy, bindDeadlineSeconds: 10 } };
  const bound = target.run(target.activities.waits.bindVolumes, vm, connection);
  await expect(bound).rejects.toMatchObject({
    type: 'VolumeNotBound',
    message: expect.stringMatching(
      new RegExp(`${scratchName(vm.baseName)}.* not bound .*unbound immediate PersistentVolumeClaims`),
    ) as string,
  });
});

test('an import whose turn has not come is not begun, and its login lives no longer than the import', async () => {
  const [first, second] = vm.disks.filter(({ method }) => method.kind === 'import');
  if (first === undefined || second === undefined) throw new Error('no two imports');
  vm = { ...vm, disks: [first, second] };
  await makeAndRelease();
  const { waits } = target.activities;
  const run = (disk: FrozenDisk) =>
    target.run(waits.awaitImport, { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 150 });
  expect(await logins()).toEqual([]);
  const firstCopied = run(first);
  expect(await someLogins()).toEqual([loginSecretName(vm.baseName, first.index)]);
  await firstCopied;
  expect(await logins()).toEqual([]);
  const waiting = await target.admin.get(DATA_VOLUMES, { name: second.volumeName, namespace: vm.namespace });
  expect(waiting.status?.phase).not.toMatch(/ImportInProgress|Succeeded/);
  await run(second);
  expect(await logins()).toEqual([]);
});

test('CDI, which puts back an import while it takes its claim for used, is told until it takes it up', async () => {
  const disk = diskBy('import');
  vm = { ...vm, disks: [disk] };
  const { waits } = target.activities;
  await target.run(waits.bindVolumes, vm, connection);
  const user = { name: 'user', namespace: vm.namespace };
  await target.admin.create(PODS, { ...binderPod(vm, 'never-scheduled'), metadata: user });
  await target.run(waits.releaseVolumes, vm, []);

  const request = { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 150 };
  const imported = target.run(waits.awaitImport, request);
  const first = await toldAfter(disk, '');
  await toldAfter(disk, first);
  await target.admin.delete(PODS, user);
  expect(await imported).toMatchObject({ restarts: 0 });
});

/** When CDI was last told of an import, once that is later than what is known. */
function toldAfter({ volumeName }: FrozenDisk, known: string): Promise<string> {
  return eventually(async () => {
    const claim = await target.admin.get(VOLUME_CLAIMS, { name: volumeName, namespace: vm.namespace });
    const told = claim.metadata?.annotations?.['drover.dev/released'] ?? '';
    return told > known ? told : null;
  });
}

test('a login that was made by an attempt that died, of a password that was mended since, is mended', async () => {
  const disk = diskBy('import');
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const stale = loginSecret({ vm: vmRef(vm), disk }, { user: 'old', password: 'old' });
  await target.admin.create(SECRETS, stale);
  const { waits } = target.activities;
  // An importer that took the old one just before it was mended fails once, and is started again with the new one.
  const request = { vm: vmRef(vm), disk, maxRestarts: 1, deadlineSeconds: 150 };
  const { restarts } = await target.run(waits.awaitImport, request);
  expect(restarts).toBeLessThanOrEqual(1);
});

test('an import that has ended gets no login again, if its attempt died before it could say so', async () => {
  const disk = diskBy('import');
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const { waits } = target.activities;
  const request = { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 150 };
  const report = await target.run(waits.awaitImport, request);
  expect(await logins()).toEqual([]);

  // From now on the cluster makes no Secret there.
  await makeQuota(useCluster(), vm.namespace, { 'count/secrets': '0' });
  expect(await target.run(waits.awaitImport, request)).toEqual(report);
  expect(await logins()).toEqual([]);
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
  await expect(target.run(waits.awaitPlugin, { ...broken, deadlineSeconds: 150 })).rejects.toMatchObject({
    type: expect.stringMatching(/^Copy(Failed|Refused)$/) as string,
  });
  await target.run(waits.stopCopy, request);
  await target.run(waits.stopCopy, request);
  expect(await logins()).toEqual([]);
  const again = { ...request, attempt: 2 };
  await target.run(main.startPlugin, again);
  const report = await target.run(waits.awaitPlugin, { ...again, deadlineSeconds: 150 });
  expect(report.bytes).toBe(disk.capacityBytes);
  expect(await logins()).toEqual([]);
});

test('a plugin is told where its vCenter and host are by vCenter, not by whoever starts the copy', async () => {
  const disk = diskBy('plugin');
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const evil = {
    vcenterUrl: 'https://evil.example.com/sdk',
    vcenterThumbprint: Array<string>(20).fill('00').join(':'),
    hostUrl: 'https://evil.example.com',
    hostThumbprint: null,
  };
  const request = { vm: vmRef(vm), disk, attempt: 1, copyId: `forged-${vm.namespace}`, connection: evil };

  await target.run(target.activities.main.startPlugin, request);

  const { items } = await target.admin.list(JOBS, { namespace: vm.namespace });
  const env = items[0]?.spec?.template.spec?.containers[0]?.env ?? [];
  const told = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  expect(told).toMatchObject({
    VCENTER_URL: vm.source.url,
    VCENTER_THUMBPRINT: useLab().vcenter.thumbprint,
    HOST: connection.hostUrl,
    HOST_THUMBPRINT: connection.hostThumbprint,
  });
  await target.run(target.activities.waits.stopCopy, request);
});

test("someone else's VM and Secret of our names are named, and left as they are", async () => {
  const foreign = virtualMachine(vm, CONVERSION);
  foreign.metadata = { name: vm.targetName, namespace: vm.namespace };
  await target.admin.create(VIRTUAL_MACHINES, foreign);
  const disk = diskBy('import');
  vm = { ...vm, disks: [disk] };
  const secret = { name: loginSecretName(vm.baseName, disk.index), namespace: vm.namespace };
  await target.admin.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: secret });

  const { main, waits } = target.activities;
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({ type: 'NameTaken' });
  await makeAndRelease();
  const request = { vm: vmRef(vm), disk };
  await expect(
    target.run(waits.awaitImport, { ...request, maxRestarts: 0, deadlineSeconds: 150 }),
  ).rejects.toMatchObject({ type: 'NameTaken' });
  await target.run(waits.stopCopy, request);
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  expect(
    await target.admin.find(VIRTUAL_MACHINES, { name: vm.targetName, namespace: vm.namespace }),
  ).not.toBeNull();
  expect((await target.admin.get(SECRETS, secret)).data).toBeUndefined();
});

test("someone else's Pod of the binder's name is left where it is when the volumes are released", async () => {
  const { waits } = target.activities;
  const binder = binderPod(vm, 'never-scheduled');
  const foreign = { ...binder, metadata: { name: binder.metadata?.name, namespace: vm.namespace } };
  await target.admin.create(PODS, foreign);
  await expect(target.run(waits.releaseVolumes, vm, [])).rejects.toMatchObject({ type: 'NameTaken' });
  const { name = '' } = foreign.metadata;
  const { metadata } = await target.admin.get(PODS, { name, namespace: vm.namespace });
  expect(metadata?.deletionTimestamp).toBeUndefined();
});

test('a binder that is evicted while volumes wait for it ends the attempt, and the next one makes it anew', async () => {
  const { waits } = target.activities;
  vm = { ...vm, nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } };
  const { metadata } = binderPod(vm, 'never-scheduled');
  const ref = { name: metadata?.name ?? '', namespace: vm.namespace };
  const binder = () => eventually(() => target.admin.find(PODS, ref));
  const bindVolumes = () => target.run(waits.bindVolumes, vm, connection);

  const first = expect(bindVolumes()).rejects.toMatchObject({ type: 'WaitFailed' });
  const evicted = (await binder()).metadata?.uid;
  await target.admin.delete(PODS, ref, 'Background', evicted);
  await first;

  const second = expect(bindVolumes()).rejects.toMatchObject({ type: 'WaitFailed' });
  const anew = (await binder()).metadata?.uid;
  expect(anew).not.toBe(evicted);
  await target.admin.delete(PODS, ref, 'Background', anew);
  await second;
});

/** An imported disk alone, on a volume whose device the node leaves to root. */
function onClosedDevice(): FrozenDisk {
  return {
    ...diskBy('import'),
    storageClass: 'closed-block',
    volumeMode: 'Block',
    accessMode: 'ReadWriteOnce',
  };
}

test('a device that Pods may not write to is met while the source runs, and looked at again by a retry', async () => {
  const { waits } = target.activities;
  const disk = onClosedDevice();
  vm = { ...vm, disks: [disk] };
  const ref = { name: binderName(vm.baseName), namespace: vm.namespace };
  const bind = () => target.run(waits.bindVolumes, vm, connection);
  const denied = {
    type: 'DeviceNotWritable',
    message: `Drover's Pods can't write to the device of ${disk.volumeName}: Permission denied`,
  };
  await expect(bind()).rejects.toMatchObject(denied);
  const first = (await target.admin.get(PODS, ref)).metadata?.uid;
  // The former binder is being removed: Temporal tries again.
  await expect(bind()).rejects.toMatchObject({ type: 'TargetUnreachable' });
  await eventually(async () => (await target.admin.find(PODS, ref)) === null);
  await expect(bind()).rejects.toMatchObject(denied);
  expect((await target.admin.get(PODS, ref)).metadata?.uid).not.toBe(first);
});

test('where nobody can ask before, an importer that may not open its device says so', async () => {
  const { waits } = target.activities;
  const disk = onClosedDevice();
  vm = { ...vm, conversion: null, disks: [disk] };
  await makeAndRelease();
  const request = { vm: vmRef(vm), disk, maxRestarts: 0, deadlineSeconds: 150 };
  await expect(target.run(waits.awaitImport, request)).rejects.toMatchObject({ type: 'DeviceNotWritable' });
});

test('what is made before the copies start can be removed without a trace', async () => {
  const { waits } = target.activities;
  await target.run(waits.bindVolumes, vm, connection);
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  const { items } = await target.admin.list(VOLUME_CLAIMS, { namespace: vm.namespace });
  expect(items).toEqual([]);
});

test("a plugin's own Secret is asked for before anything is made, and mounted where the contract says", async () => {
  const { main, waits } = target.activities;
  const disk = diskBy('plugin');
  const [name, namespace] = ['array-login', vm.namespace];
  if (disk.method.kind === 'plugin') disk.method.secret = name;
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({
    type: 'TargetSecretMissing',
    message: `there is no Secret ${namespace}/${name}, which a plugin needs`,
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } };
  await target.admin.create(SECRETS, { ...secret, stringData: { token: 'the vendor only' } });
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({
    type: 'SecretNotConsented',
    message: expect.stringContaining(
      `kubectl -n ${namespace} label secret ${name} drover.dev/use=plugin`,
    ) as string,
  });
  const said = { labels: { [USE]: 'plugin' }, annotations: { [IMAGES]: `${useLab().registry}/*` } };
  await target.admin.patch(SECRETS, secret.metadata, { metadata: said });
  await target.run(main.checkTarget, vm);
  vm = { ...vm, disks: [disk] };
  await makeAndRelease();
  const request = { vm: vmRef(vm), disk, attempt: 1, copyId: `secret-${namespace}`, connection };
  await target.run(main.startPlugin, request);
  await target.run(waits.awaitPlugin, { ...request, deadlineSeconds: 150 });
});

test('a namespace that is not there is refused before anything is made', async () => {
  const nowhere = { ...vm, namespace: 'nowhere' };
  const { main } = target.activities;
  await expect(target.run(main.checkTarget, nowhere)).rejects.toMatchObject({ type: 'TargetRefused' });
});
