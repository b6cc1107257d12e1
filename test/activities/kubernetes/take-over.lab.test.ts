/** What an unfinished run has left, in a real API and with vCenter's own events: judged, taken over, removed. */
import { ActivityNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ApiClient } from '../../../activities/kubernetes/api/api-client';
import { VIRTUAL_MACHINES, VOLUME_CLAIMS, type VolumeClaim } from '../../../activities/kubernetes/api/kinds';
import { ownedBy } from '../../../activities/kubernetes/api/ownership';
import type { JudgedLeftOver } from '../../../plan/adoption';
import { fileOf } from '../../../plan/copy-evidence';
import { FINISHED_AT, FINISHED_BY } from '../../../plan/earlier';
import type { FrozenVm } from '../../../plan/frozen';
import { copyId } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import { confirmingClient } from '../../support/confirming-client';
import { eventually } from '../../support/eventually';
import { exampleManifests, openTarget, type Target } from './target';

let target: Target;
let vm: FrozenVm;

beforeAll(async () => {
  target = openTarget();
  const { main, waits } = target.activities;
  const manifests = exampleManifests('plan.yaml');
  const { vms } = await target.run(main.resolvePlan, { manifests, only: ['db01'], offset: 0 });
  vm = { ...vms[0]!, conversion: null };
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  await target.run(main.powerOffSource, source());
  await makeCopies();
});

afterAll(async () => {
  await target.run(target.activities.waits.removeEverything, vmRef(vm));
  await target.run(target.activities.main.powerOnSource, source());
  await target.close();
});

const source = () => ({ source: vm.source, moref: vm.vm.moref });
const copyOf = (key: number) => copyId(vm, key, 'the lost run');

/** As a run leaves its volumes that has copied every disk. */
async function makeCopies(): Promise<void> {
  const { main, waits } = target.activities;
  const { power, ...connection } = await target.run(main.checkSource, vm, { power: true });
  await target.run(waits.bindVolumes, vm, connection);
  await target.run(waits.releaseVolumes, vm, []);
  for (const disk of vm.disks) {
    const { key, serial, capacityBytes, volumeName } = disk;
    await target.run(main.markVolume, {
      vm: vmRef(vm),
      volumeName,
      marker: { state: 'copied', copyId: copyOf(key) },
      again: false,
      evidence: {
        instanceUuid: vm.vm.instanceUuid,
        disk: { key, serial, file: fileOf(disk), capacityBytes, changeId: null },
        off: { bootTime: power?.bootTime ?? null, lastPowerOn: power?.lastPowerOn ?? null },
        source: { ranAtStart: true, stoppedByUs: true, stoppedAt: '2026-01-01T00:00:00.000Z' },
      },
    });
  }
}

const adopting = (): FrozenVm => ({ ...vm, adopt: true });

async function judged(): Promise<JudgedLeftOver> {
  const left = await target.run(target.activities.main.judgeLeftOver, adopting());
  if (left === null) throw new Error('nothing is left');
  return left;
}

const kept = ({ adoption }: JudgedLeftOver) => adoption.disks.map(({ copyId: id }) => id);

function claim(index: number): Promise<VolumeClaim> {
  return target.admin.get(VOLUME_CLAIMS, { name: vm.disks[index]!.volumeName, namespace: vm.namespace });
}

async function makeMachine(): Promise<void> {
  const report = { converted: false, os: null, osinfo: null, virtio: null, firmware: null, bootDisk: null };
  const volumes = vm.disks.map(({ key, volumeName }) => ({
    volumeName,
    marker: { state: 'copied' as const, copyId: copyOf(key) },
  }));
  const conversion = { ...report, warnings: [], accelerator: null };
  await target.run(target.activities.main.createMachine, vm, conversion, volumes);
}

/**
 * Runs it on a worker that dies right after so many writes, and hears of the last one nothing.
 * @returns whether it came to that
 */
async function dyingAfter(writes: number, work: () => Promise<unknown>): Promise<boolean> {
  let made = 0;
  const dead = () => made >= writes;
  const spies = (['create', 'patch', 'delete', 'deleteAll'] as const).map((verb) => {
    const write = ApiClient.prototype[verb] as (...args: unknown[]) => Promise<unknown>;
    return jest.spyOn(ApiClient.prototype, verb).mockImplementation(async function (
      this: ApiClient,
      ...args: unknown[]
    ) {
      if (dead()) throw new Error('the worker is dead');
      const answer = await write.apply(this, args);
      made += 1;
      if (dead()) throw new Error('the worker is dead');
      return answer as never;
    });
  });
  try {
    await work().catch((error: unknown) => {
      if (!dead()) throw error;
    });
    return dead();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A worker tries again while what is given up is being removed. */
function checkedAgain(): Promise<true> {
  return eventually(() =>
    target.run(target.activities.main.checkTarget, adopting()).then(
      () => true as const,
      (error: { type?: string }) =>
        error.type === 'TargetUnreachable' ? null : Promise.reject(error as Error),
    ),
  );
}

async function machines(): Promise<number> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vmRef(vm)) };
  return (await target.admin.list(VIRTUAL_MACHINES, where)).items.length;
}

test('copies without a machine are parts, and all of them are proven', async () => {
  const { main } = target.activities;
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({ type: 'TargetLeftOver' });
  await target.run(main.checkTarget, adopting());
  const left = await judged();
  expect(left.adoption.disks.map(({ why }) => why)).toEqual(
    vm.disks.map(({ key }) => `it holds copy ${copyOf(key)}, and the source has been off since`),
  );
  expect(left).toMatchObject({
    refusal: null,
    adoption: { conversion: null, source: { ranAtStart: true, stoppedByUs: true } },
  });
});

test('a worker that slept removes nothing once another one has taken the take-over over', async () => {
  const { adoption } = await judged();
  const nothingKept = { ...adoption, disks: adoption.disks.map((disk) => ({ ...disk, copyId: null })) };
  const takenOver = () => Promise.reject(new ActivityNotFoundError('another attempt counts'));
  const environment = new MockActivityEnvironment(
    { scheduledTimestampMs: Date.now() },
    { client: confirmingClient(takenOver) },
  );
  const taking = environment.run(target.activities.waits.takeOver, adopting(), nothingKept);
  await expect(taking).rejects.toMatchObject({ name: 'CancelledFailure' });
  expect(kept(await judged())).toEqual(vm.disks.map(({ key }) => copyOf(key)));
});

test('a machine that never ran is taken apart, and its volumes are kept as they are', async () => {
  const { main, waits } = target.activities;
  const uids = [(await claim(0)).metadata?.uid, (await claim(1)).metadata?.uid];
  await makeMachine();
  await expect(target.run(main.checkTarget, vm)).rejects.toMatchObject({ type: 'TargetUnclear' });
  await target.run(main.checkTarget, adopting());
  const left = await judged();
  expect(left.refusal).toBeNull();
  expect(kept(left)).toEqual(vm.disks.map(({ key }) => copyOf(key)));

  for (let time = 0; time < 2; time += 1) await target.run(waits.takeOver, adopting(), left.adoption);

  expect(await machines()).toBe(0);
  for (const index of [0, 1]) {
    const { metadata } = await claim(index);
    expect(metadata?.uid).toBe(uids[index]);
    expect(metadata?.ownerReferences ?? []).toEqual([]);
    expect(metadata?.annotations?.['drover.dev/volume-state']).toBe('copied');
  }
  expect(kept(await judged())).toEqual(vm.disks.map(({ key }) => copyOf(key)));
});

test('of a run that was lost as it noted its end, the notes go with its machine: nothing is left that passes for finished', async () => {
  const { main, waits } = target.activities;
  await makeMachine();
  const notes = { [FINISHED_AT]: '2026-01-01T00:00:00.000Z', [FINISHED_BY]: 'the lost run' };
  for (const { volumeName } of vm.disks) {
    const ref = { name: volumeName, namespace: vm.namespace };
    await target.admin.patch(VOLUME_CLAIMS, ref, { metadata: { annotations: notes } });
  }
  const left = await judged();
  expect(kept(left)).toEqual(vm.disks.map(({ key }) => copyOf(key)));

  await target.run(waits.takeOver, adopting(), left.adoption);

  await target.run(main.checkTarget, adopting());
  for (const index of [0, 1])
    expect(Object.keys((await claim(index)).metadata?.annotations ?? {})).not.toContain(FINISHED_AT);
  expect(kept(await judged())).toEqual(vm.disks.map(({ key }) => copyOf(key)));
  expect(await target.run(waits.removeEverything, vmRef(vm))).toEqual([]);
  expect(await target.run(main.judgeLeftOver, vm)).toBeNull();
  await makeCopies();
});

test('a worker that dies after any of its writes leaves what another run takes over, and its own next attempt ends as ever', async () => {
  const { waits } = target.activities;
  let deaths = 0;
  for (let died = true; died;) {
    await makeCopies();
    await makeMachine();
    const { adoption } = await judged();
    const [first, second] = adoption.disks;
    const firstOnly = { ...adoption, disks: [first!, { ...second!, copyId: null }] };
    const takeOver = () => target.run(waits.takeOver, adopting(), firstOnly);
    const { uid } = (await claim(0)).metadata!;

    died = await dyingAfter(deaths + 1, takeOver);
    if (died) deaths += 1;
    await checkedAgain();
    const left = await judged();
    expect(left.refusal).toBeNull();
    expect(kept(left)[0]).toBe(copyOf(vm.disks[0]!.key));

    await takeOver();
    expect(await machines()).toBe(0);
    expect((await claim(0)).metadata).toMatchObject({
      uid,
      annotations: { 'drover.dev/volume-state': 'copied' },
    });
    const gone = { name: vm.disks[1]!.volumeName, namespace: vm.namespace };
    expect(await target.admin.find(VOLUME_CLAIMS, gone)).toBeNull();
  }
  // At least: two claims are marked, two given up by the machine, which is removed with one of them.
  expect(deaths).toBeGreaterThan(5);
  await makeCopies();
}, 180_000);

test('a claim that was replaced proves nothing, even with all the notes of the former one', async () => {
  const { main, waits } = target.activities;
  const { metadata } = await claim(1);
  const notes = Object.entries(metadata?.annotations ?? {}).filter(([key]) => key.startsWith('drover.dev/'));
  const ref = { name: vm.disks[1]!.volumeName, namespace: vm.namespace };
  await target.admin.delete(VOLUME_CLAIMS, ref);
  await eventually(async () => (await target.admin.find(VOLUME_CLAIMS, ref)) === null);
  const connection = await target.run(main.checkSource, vm);
  await target.run(waits.bindVolumes, vm, connection);
  await target.run(waits.releaseVolumes, vm, []);
  expect((await judged()).adoption.disks[1]).toMatchObject({
    copyId: null,
    why: 'its volume does not say that it was copied to the end',
  });

  await target.admin.patch(VOLUME_CLAIMS, ref, { metadata: { annotations: Object.fromEntries(notes) } });
  const left = await judged();
  expect(left.adoption.disks[1]).toMatchObject({
    copyId: null,
    why: 'its volume was made anew after it was copied',
  });

  const before = await claim(0);
  await target.run(waits.takeOver, adopting(), left.adoption);
  expect(await target.admin.find(VOLUME_CLAIMS, ref)).toBeNull();
  expect((await claim(0)).metadata?.uid).toBe(before.metadata?.uid);
});

test('a source that was started since proves nothing', async () => {
  const { main } = target.activities;
  await target.run(main.powerOnSource, source());
  expect((await judged()).adoption.disks[0]).toMatchObject({ copyId: null, why: 'the source is poweredOn' });
  await target.run(main.powerOffSource, source());
  expect((await judged()).adoption.disks[0]).toMatchObject({
    copyId: null,
    why: expect.stringContaining("vCenter's last power-on is") as string,
  });
});

test('a machine that has run is neither adopted nor removed', async () => {
  const { main, waits } = target.activities;
  await target.run(waits.removeEverything, vmRef(vm));
  await makeCopies();
  await makeMachine();
  await target.run(main.startMachine, vmRef(vm));
  await target.run(waits.awaitMachineRunning, vmRef(vm), 150);
  const halt = [{ op: 'add' as const, path: '/spec/runStrategy', value: 'Halted' }];
  const machine = { name: vm.targetName, namespace: vm.namespace };
  await target.admin.patch(VIRTUAL_MACHINES, machine, halt);

  await expect(target.run(main.checkTarget, adopting())).rejects.toMatchObject({ type: 'TargetUnclear' });
  expect((await judged()).refusal).toEqual({
    kind: 'TargetUnclear',
    why: `VirtualMachine ${vm.targetName} may have run since it was made (its spec was changed after it was made), so nothing of it is adopted`,
  });
  await expect(target.run(waits.removeLeftOver, vm)).rejects.toMatchObject({ type: 'TargetUnclear' });
  expect(await machines()).toBe(1);
});

test('what nobody can use is removed, and only that', async () => {
  const { main, waits } = target.activities;
  await target.run(waits.removeEverything, vmRef(vm));
  await makeCopies();
  expect(await target.run(waits.removeLeftOver, vm)).toEqual([]);
  expect(await target.run(main.judgeLeftOver, vm)).toBeNull();
  await target.run(main.checkTarget, vm);
});
