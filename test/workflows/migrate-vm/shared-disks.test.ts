/** Disks that several VMs write: one of them copies, the others attach, and none of them runs meanwhile. */
import { Worker } from '@temporalio/worker';
import type { FrozenVm } from '../../../plan/frozen';
import type { PowerReading } from '../../../plan/inventory';
import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import type { FakeWorld } from '../../support/fake-world';
import { BY_IMPORT, BY_PLUGIN } from '../../support/frozen-vm';
import { finishedVolume, LONG_AGO, offVm, share } from '../../support/shared-disks';
import { workflowBundle } from '../../support/workflow-bundle';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const OFF: PowerReading = { state: 'poweredOff', bootTime: null, lastPowerOn: LONG_AGO };
const ON: PowerReading = { ...OFF, state: 'poweredOn' };
const RAN: PowerReading = { ...OFF, lastPowerOn: '2026-05-01T00:00:00.000Z' };

function worldOf(vm: FrozenVm, others: readonly FrozenVm[]): FakeWorld {
  const world = lab.world(vm);
  world.source.lastPowerOn = LONG_AGO;
  for (const other of others) world.sharers.set(other.vm.moref, OFF);
  return world;
}

async function replays(handle: MigrationHandle): Promise<void> {
  const options = { workflowBundle: { codePath: await workflowBundle() } };
  await Worker.runReplayHistory(options, await handle.fetchHistory(), handle.workflowId);
}

/** An owner of one shared disk beside its own, and the VM that has it, too. */
function owner(): { vm: FrozenVm; other: FrozenVm; world: FakeWorld } {
  const vm = offVm({ methods: [BY_PLUGIN, BY_IMPORT] });
  const other = offVm();
  share(vm, other);
  return { vm, other, world: worldOf(vm, [other]) };
}

/** A VM that attaches the disk of another one, which a third one has, too. */
function attacher() {
  const [first, vm, third] = [offVm(), offVm(), offVm()] as const;
  share(first, vm, third);
  const world = worldOf(vm, [first, third]);
  world.attachments = [finishedVolume(first)];
  return { vm, first, third, world };
}

describe('the VM that copies a shared disk', () => {
  test('keeps on the volume that each of the others was off', async () => {
    const { vm, other, world } = owner();
    const handle = await lab.migrate(vm);

    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
    const [own, shared] = vm.disks;
    expect(world.volume(shared!.volumeName).evidence?.sharers).toEqual([
      { moref: other.vm.moref, off: { bootTime: null, lastPowerOn: LONG_AGO } },
    ]);
    expect(world.volume(own!.volumeName).evidence?.sharers).toBeUndefined();
    expect(world.machine).toEqual({ running: true });
    expect(world.breaches).toEqual([]);
    await replays(handle);
  });

  test.each<[string, PowerReading | null, string]>([
    ['is on', ON, 'is on'],
    ['is suspended', { ...OFF, state: 'suspended' }, 'is suspended'],
    ['is not shown', null, 'vCenter does not say whether it is off'],
  ])('copies nothing while another one %s, and goes on when it is off', async (_, reading, why) => {
    const { vm, other, world } = owner();
    if (reading === null) world.sharers.delete(other.vm.moref);
    else world.sharers.set(other.vm.moref, reading);
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({ phase: 'stop-source', failure: { kind: 'SharedDiskInUse' } });
    expect(parked.attention?.failure.message).toContain(`VM "${other.vm.name}"`);
    expect(parked.attention?.failure.message).toContain(why);
    expect(world.copies).toEqual([]);

    world.sharers.set(other.vm.moref, OFF);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
    expect(world.breaches).toEqual([]);
  });

  test('leaves its own source on while another one is on', async () => {
    const { vm, other, world } = owner();
    world.bootSource();
    world.sharers.set(other.vm.moref, ON);
    const handle = await lab.migrate(vm);

    expect((await lab.parked(vm)).attention?.failure.kind).toBe('SharedDiskInUse');
    expect(world.source.on).toBe(true);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    expect(world.log).not.toContain('source powered off');
  });

  test('copies again if another one ran while it copied', async () => {
    const { vm, other, world } = owner();
    world.script.run('awaitImport', () => world.sharers.set(other.vm.moref, RAN));
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention?.failure.kind).toBe('SourceRanMeanwhile');
    expect(parked.attention?.failure.message).toContain(`VM "${other.vm.name}"`);
    expect(parked.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);

    world.script.mend('awaitImport');
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
    // The other disk may have been copied, or not: it was to begin when the proof failed.
    expect(world.copies.filter(({ disk }) => disk === 1)).toHaveLength(2);
    expect(world.breaches).toEqual([]);
    await replays(handle);
  });

  test('does not start its target if another one ran after the copy', async () => {
    const { vm, other, world } = owner();
    world.script.run('createMachine', () => world.sharers.set(other.vm.moref, RAN));
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({ phase: 'start-vm', failure: { kind: 'SourceRanMeanwhile' } });
    expect(world.targetRan).toBe(false);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  });

  test('an adoption keeps a shared disk only while the others stayed off', async () => {
    const { vm, other, world } = owner();
    world.script.fail('createMachine', 'TargetRefused');
    const lost = await lab.migrate(vm);
    await lab.parked(vm);
    await lost.terminate('lost');
    world.script.mend('createMachine');
    world.sharers.set(other.vm.moref, RAN);
    const handle = await lab.migrate({ ...vm, adopt: true });
    const result = await handle.result();

    expect(result).toMatchObject({ outcome: 'succeeded' });
    expect(result.leftOver?.disks.map(({ kept }) => kept)).toEqual([true, false]);
    expect(result.leftOver?.disks[1]?.why).toContain(`VM "${other.vm.name}" has the disk, too`);
    expect(world.copies.map(({ disk }) => disk).sort()).toEqual([0, 1, 1]);
  });
});

describe('a VM that attaches a shared disk', () => {
  test('copies its own disks alone, and attaches the volume', async () => {
    const { vm, first, world } = attacher();
    const handle = await lab.migrate(vm);
    const result = await handle.result();

    expect(result).toMatchObject({ outcome: 'succeeded' });
    expect(world.copies).toHaveLength(1);
    expect([...world.volumes.keys()]).toEqual(vm.disks.map(({ volumeName }) => volumeName));
    expect(world.attached).toEqual([first.disks[0]!.volumeName]);
    expect(world.machine).toEqual({ running: true });
    expect(world.breaches).toEqual([]);
    await replays(handle);
  });

  test('makes nothing until the owner has finished, and parks if that takes too long', async () => {
    const { vm, world } = attacher();
    world.script.fail('awaitSharedDisks', 'SharedDiskNotReady');
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({
      phase: 'await-shared-disks',
      failure: { kind: 'SharedDiskNotReady' },
    });
    expect(world.volumes.size).toBe(0);

    world.script.mend('awaitSharedDisks');
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
  });

  test('parks if its own source ran since the disk was copied: what it wrote is not in the volume', async () => {
    const { vm, world } = attacher();
    world.source.lastPowerOn = '2026-05-01T00:00:00.000Z';
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({
      phase: 'await-shared-disks',
      failure: { kind: 'SharedDiskChanged' },
    });
    expect(world.volumes.size).toBe(0);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  });

  test('parks if its own source was started while it made its volumes, and does not stop it', async () => {
    const { vm, world } = attacher();
    world.script.run('bindVolumes', () => world.bootSource());
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({ phase: 'stop-source', failure: { kind: 'SharedDiskChanged' } });
    expect(world.source.on).toBe(true);
    expect(world.copies).toEqual([]);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  });

  test('does not start its target if any other VM of the disk ran since', async () => {
    const { vm, third, world } = attacher();
    world.script.run('createMachine', () => world.sharers.set(third.vm.moref, RAN));
    const handle = await lab.migrate(vm);
    const parked = await lab.parked(vm);

    expect(parked.attention).toMatchObject({ phase: 'start-vm', failure: { kind: 'SharedDiskChanged' } });
    expect(parked.attention?.failure.message).toContain(`VM "${third.vm.name}"`);
    expect(world.targetRan).toBe(false);
    // Of what it copied itself nothing is void.
    expect(parked.disks.map(({ phase }) => phase)).toEqual(['copied']);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  });

  test('waits for the owner once more after the volume turned out to be another one', async () => {
    const { vm, world } = attacher();
    world.script.fail('createMachine', 'SharedDiskChanged');
    const handle = await lab.migrate(vm);
    await lab.parked(vm);
    world.script.mend('createMachine');
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    const result = await handle.result();

    expect(result).toMatchObject({ outcome: 'succeeded' });
    expect(result.timings.filter(({ phase }) => phase === 'await-shared-disks')).toHaveLength(2);
    expect(world.copies).toHaveLength(1);
  });

  test('a target that was made already gets the volume that its owner copied since', async () => {
    const { vm, first, third, world } = attacher();
    const attached: unknown[] = [];
    world.script.run('createMachine', (args) => attached.push(args[3]));
    world.script.run('createMachine', () => world.sharers.set(third.vm.moref, RAN), { times: 1 });
    const handle = await lab.migrate(vm);
    expect((await lab.parked(vm)).attention?.phase).toBe('start-vm');

    const off = { bootTime: null, lastPowerOn: RAN.lastPowerOn };
    const { users, ...before } = finishedVolume(first);
    const since = { ...before, uid: 'uid-of-the-next', users: users.map((user) => ({ ...user, off })) };
    world.attachments = [since];
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
    expect(attached).toEqual([[finishedVolume(first)], [since]]);
    expect(world.copies).toHaveLength(1);
    expect(world.breaches).toEqual([]);
    await replays(handle);
  });

  test('of a VM that stays off, every source is looked at all the same', async () => {
    const { vm, first, world } = attacher();
    vm.startTarget = false;
    world.script.run('createMachine', () => world.sharers.set(first.vm.moref, RAN));
    const handle = await lab.migrate(vm);

    expect((await lab.parked(vm)).attention?.failure.kind).toBe('SharedDiskChanged');
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    await handle.result();
  });
});
