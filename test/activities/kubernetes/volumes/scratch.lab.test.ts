/** The volume that a conversion's attempts have in common, and the disks beside it. */
import type { ConversionAttempt } from '../../../../activities/interfaces';
import { JOBS, type VolumeClaim, VOLUME_CLAIMS } from '../../../../activities/kubernetes/api/kinds';
import { CONVERSION_ID, scratchClaim } from '../../../../activities/kubernetes/objects/scratch-claim';
import { volumeClaim } from '../../../../activities/kubernetes/objects/volume-claim';
import { reserveScratch } from '../../../../activities/kubernetes/volumes/scratch';
import type { FrozenVm } from '../../../../plan/frozen';
import { vmRef } from '../../../../plan/vm-ref';
import { scratchName } from '../../../../plan/names';
import { eventually } from '../../../support/eventually';
import { frozenVm } from '../../../support/frozen-vm';
import { dropNamespace, freshNamespace, useCluster } from '../../../support/lab';
import { openTarget, type Target } from '../target';

let target: Target;
let vm: FrozenVm;

beforeAll(() => {
  target = openTarget();
});

beforeEach(async () => {
  // On no node: what these tests look at is made before any Pod runs.
  const nodeSelector = { 'kubernetes.io/hostname': 'nowhere' };
  vm = { ...frozenVm(), nodeSelector, namespace: await freshNamespace(useCluster(), { restricted: true }) };
});

afterEach(async () => {
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  await dropNamespace(useCluster(), vm.namespace);
});

afterAll(() => target.close());

function start(change: Partial<ConversionAttempt> = {}): Promise<string> {
  const attempt = { attempt: 1, conversionId: 'v-1', resume: false, ...change };
  return target.run(target.activities.main.startConversion, vm, attempt);
}

function scratch(): Promise<VolumeClaim | null> {
  return target.admin.find(VOLUME_CLAIMS, { name: scratchName(vm.baseName), namespace: vm.namespace });
}

async function jobs(): Promise<(string | undefined)[]> {
  return (await target.admin.list(JOBS, { namespace: vm.namespace })).items.map(
    ({ metadata }) => metadata?.name,
  );
}

async function claims(): Promise<(string | undefined)[]> {
  const { items } = await target.admin.list(VOLUME_CLAIMS, { namespace: vm.namespace });
  return items.map(({ metadata }) => metadata?.name);
}

/** One of the VM's disks, whose claim carries the same labels as the scratch volume's. */
async function makeDisk(): Promise<string> {
  const [disk] = vm.disks;
  if (disk === undefined) throw new Error('the VM has no disk');
  await target.admin.create(VOLUME_CLAIMS, volumeClaim(vmRef(vm), disk));
  return disk.volumeName;
}

/** A claim of our name that carries none of our labels. */
async function makeForeign(): Promise<VolumeClaim> {
  const claim = scratchClaim(vm, { storageClass: 'fast-files', requestBytes: 1024 ** 2 }, 'v-1');
  return target.admin.create(VOLUME_CLAIMS, { ...claim, metadata: { ...claim.metadata, labels: {} } });
}

test('the scratch volume is made once, for these bytes, and a later attempt finds it', async () => {
  await start();
  const made = await scratch();
  expect(made?.metadata?.annotations?.[CONVERSION_ID]).toBe('v-1');
  await start();
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  await start({ attempt: 2, resume: true });
  expect((await scratch())?.metadata?.uid).toBe(made?.metadata?.uid);
  expect(await jobs()).toEqual([expect.stringMatching(/-2$/)]);
});

test('the volume that was bound with the disks is taken by the first conversion, and by no other after it', async () => {
  const reserved = await reserveScratch(target.admin, vm);
  const uid = reserved?.metadata?.uid;
  expect(await start()).toBe(uid);
  expect(await start()).toBe(uid);
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  const others = { attempt: 2, conversionId: 'v-2' };
  await expect(start(others)).rejects.toMatchObject({ type: 'TargetUnreachable' });
  expect((await scratch())?.metadata).toMatchObject({ uid, annotations: { [CONVERSION_ID]: 'v-1' } });
});

test('a volume that no conversion took is not taken for what an earlier attempt left', async () => {
  await reserveScratch(target.admin, vm);
  await expect(start({ attempt: 2, resume: true })).rejects.toMatchObject({ type: 'ScratchLost' });
  expect(await jobs()).toEqual([]);
});

test('a VM that is not converted has no scratch volume', async () => {
  expect(await reserveScratch(target.admin, { ...vm, conversion: null })).toBeNull();
  expect(await claims()).toEqual([]);
});

test('where a later attempt finds none, what was converted is lost, and nothing is made', async () => {
  await expect(start({ attempt: 2, resume: true })).rejects.toMatchObject({ type: 'ScratchLost' });
  expect(await claims()).toEqual([]);
  expect(await jobs()).toEqual([]);
});

test('the scratch volume of other bytes is not taken over', async () => {
  await start();
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  const others = { attempt: 2, conversionId: 'v-2' };
  await expect(start(others)).rejects.toMatchObject({ type: 'TargetUnreachable', nonRetryable: false });
  await expect(start({ ...others, resume: true })).rejects.toMatchObject({ type: 'ScratchLost' });
  expect((await scratch())?.metadata?.annotations?.[CONVERSION_ID]).toBe('v-1');
  expect(await jobs()).toEqual([]);
});

test("someone else's claim of that name is named, and left whatever happens", async () => {
  const { uid } = (await makeForeign()).metadata ?? {};
  await expect(start()).rejects.toMatchObject({ type: 'NameTaken' });
  expect(await jobs()).toEqual([]);
  await target.run(target.activities.waits.discardScratch, vmRef(vm));
  await target.run(target.activities.main.tidy, vmRef(vm), 'uid-of-another');
  const left = (await scratch())?.metadata;
  expect(left).toMatchObject({ uid });
  expect(left?.deletionTimestamp).toBeUndefined();
});

test('a discarded scratch volume is gone at once, and no disk with it; to discard it again is harmless', async () => {
  const disk = await makeDisk();
  await start();
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  await target.run(target.activities.waits.discardScratch, vmRef(vm));
  expect(await claims()).toEqual([disk]);
  await target.run(target.activities.waits.discardScratch, vmRef(vm));
  await start({ conversionId: 'v-2' });
  expect((await scratch())?.metadata?.annotations?.[CONVERSION_ID]).toBe('v-2');
});

test("after success the scratch volume goes, and no disk's claim does", async () => {
  const disk = await makeDisk();
  const scratchUid = await start();
  await target.run(target.activities.waits.stopConversion, vmRef(vm));
  await target.run(target.activities.main.tidy, vmRef(vm), scratchUid);
  await eventually(async () => ((await scratch()) === null ? true : null));
  expect(await claims()).toEqual([disk]);
  const kept = await target.admin.get(VOLUME_CLAIMS, { name: disk, namespace: vm.namespace });
  expect(kept.metadata?.deletionTimestamp).toBeUndefined();
});
