/** A run is lost in any phase, and another one carries on from what it has left in the world. */
import type { FrozenVm } from '../../../plan/frozen';
import {
  abortUpdate,
  adoptUpdate,
  type Phase,
  removeLeftOverUpdate,
  retryUpdate,
  type VmState,
} from '../../../workflows/temporal-api';
import type { FakeWorld } from '../../support/fake-world';
import { BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT, frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';
import type { VmActivityName } from '../../support/fake-activities';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const POWERED_ON = '2025-12-31T08:00:00.000Z';

function newWorld(vm: FrozenVm): FakeWorld {
  const world = lab.world(vm);
  world.source.lastPowerOn = POWERED_ON;
  return world;
}

/** Ends a run from outside as soon as it parks because of this activity; its volumes stay as they are. */
async function loseRun(
  vm: FrozenVm,
  world: FakeWorld,
  activity: VmActivityName,
  disk?: number,
): Promise<VmState> {
  world.script.fail(activity, 'TargetRefused', disk === undefined ? {} : { disk });
  const handle = await lab.migrate(vm);
  const parked = await lab.parked(vm);
  await handle.terminate('lost');
  world.script.mend(activity);
  return parked;
}

/** As a plan that is resolved now would have it. */
function nowOff(vm: FrozenVm): FrozenVm {
  return {
    ...vm,
    vm: { ...vm.vm, powerState: 'poweredOff' },
    startTarget: false,
    startsAsSource: true,
  };
}

const copiesOf = (world: FakeWorld) => world.copies.map(({ disk }) => disk).sort();

test.each<[Phase, VmActivityName, number[]]>([
  ['volumes', 'bindVolumes', [0, 1]],
  ['stop-source', 'awaitPoweredOff', [0, 1]],
  ['copy', 'releaseVolumes', [0, 1]],
  ['convert', 'startConversion', [0, 1]],
  ['create-vm', 'createMachine', [0, 1]],
])(
  'a run that is lost in %s is carried on with adopt: no finished disk is copied twice',
  async (phase, activity, copied) => {
    const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
    const world = newWorld(vm);
    const lost = await loseRun(vm, world, activity);
    expect(lost.phase).toBe(phase);

    // Of a source that Drover had stopped, only a finished copy says so: else somebody starts it first.
    const hasCopies = phase === 'convert' || phase === 'create-vm';
    if (!hasCopies) world.bootSource();
    const again = hasCopies ? nowOff(vm) : vm;
    const result = await (await lab.migrate({ ...again, adopt: true })).result();

    expect(result).toMatchObject({ outcome: 'succeeded', source: { stoppedByUs: true } });
    expect(copiesOf(world)).toEqual(copied);
    expect(world.machine).toEqual({ running: true });
    expect(world.breaches).toEqual([]);
  },
);

test('of a run that is lost while its second disk is copied, the first disk is kept', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = newWorld(vm);
  world.script.hold('awaitPlugin', true);
  const lost = await lab.migrate(vm);
  await lab.until(vm, () => world.markers()[0] === 'copied');
  await lost.terminate('lost');
  world.script.mend('awaitPlugin');
  expect(world.markers()).toEqual(['copied', null]);
  const stoppedAt = world.volume(vm.disks[0]!.volumeName).evidence?.source.stoppedAt;

  const result = await (await lab.migrate({ ...nowOff(vm), adopt: true })).result();

  expect(copiesOf(world)).toEqual([0, 1]);
  expect(result).toMatchObject({
    outcome: 'succeeded',
    source: { ranAtStart: true, stoppedByUs: true, stoppedAt },
    disks: [{ adopted: true, attempts: 0 }, { attempts: 1 }],
    decisions: [{ action: 'adopt', who: 'drover' }],
    leftOver: {
      disks: [
        { index: 0, kept: true },
        { index: 1, kept: false, why: expect.any(String) as string },
      ],
    },
  });
  expect(result.disks[1]?.adopted).toBeUndefined();
  expect(world.log.filter((line) => line.startsWith('kept') || line.startsWith('gave up'))).toEqual([
    'kept disk-0',
    'gave up disk-1',
  ]);
  expect(world.breaches).toEqual([]);
});

test('a conversion that was begun goes on from its journal', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'awaitConversion');
  const resumes: unknown[] = [];
  world.script.run('startConversion', ([, attempt]) => resumes.push((attempt as { resume: boolean }).resume));

  const result = await (await lab.migrate({ ...nowOff(vm), adopt: true })).result();

  expect(result).toMatchObject({ outcome: 'succeeded', leftOver: { conversionGoesOn: true } });
  expect(resumes).toEqual([true]);
  expect(copiesOf(world)).toEqual([0, 1]);
  expect(world.contents()).toEqual([0, 1].map((index) => `disk-${index} as of boot 1, converted`));
  expect(world.breaches).toEqual([]);
});

test('a disk that fell back keeps what was imported', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = newWorld(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');
  await loseRun(vm, world, 'startConversion');

  const result = await (await lab.migrate({ ...nowOff(vm), adopt: true })).result();

  expect(result).toMatchObject({
    outcome: 'succeeded',
    disks: [{ method: 'import', adopted: true, fellBack: { message: 'an earlier run imported it' } }],
  });
  expect(world.copies).toMatchObject([{ method: 'import' }]);
  expect(world.breaches).toEqual([]);
});

test('a disk whose volume was replaced is copied again, and the others are kept', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'startConversion');
  world.replaceVolume(vm.disks[1]!.volumeName);

  const result = await (await lab.migrate({ ...nowOff(vm), adopt: true })).result();

  expect(result.outcome).toBe('succeeded');
  expect(copiesOf(world)).toEqual([0, 1, 1]);
  expect(result.leftOver?.disks.map(({ kept }) => kept)).toEqual([true, false]);
  expect(world.breaches).toEqual([]);
});

test('after the source ran, every disk is copied again', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'startConversion');
  world.bootSource();
  world.stopSource();

  const result = await (await lab.migrate({ ...nowOff(vm), adopt: true })).result();

  expect(result.outcome).toBe('succeeded');
  expect(copiesOf(world)).toEqual([0, 0, 1, 1]);
  expect(world.contents()).toEqual([0, 1].map((index) => `disk-${index} as of boot 2, converted`));
  expect(world.breaches).toEqual([]);
});

test('a source that is started after its copies were judged voids them', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'startConversion');
  world.script.run('bindVolumes', () => world.bootSource());
  const handle = await lab.migrate({ ...nowOff(vm), adopt: true });

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'stop-source', failure: { kind: 'SourceRanMeanwhile' } });
  expect(world.markers()).toEqual([null]);

  world.script.mend('bindVolumes');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(copiesOf(world)).toEqual([0, 0]);
  expect(world.contents()).toEqual(['disk-0 as of boot 2, converted']);
  expect(world.breaches).toEqual([]);
});

test('unasked it parks, and says what an adoption would keep; an operator adopts', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'awaitPlugin');
  const handle = await lab.migrate(nowOff(vm));

  const parked = await lab.parked(vm);
  expect(parked).toMatchObject({
    attention: { phase: 'check', failure: { kind: 'TargetLeftOver' } },
    leftOver: { adoptedAt: null, refusal: null, disks: [{ kept: true }, { kept: false }] },
  });
  expect(copiesOf(world)).toEqual([0]);

  await handle.executeUpdate(adoptUpdate, { args: [OPERATOR] });
  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [{ action: 'adopt', ...OPERATOR }] });
  expect(result.leftOver?.adoptedAt).not.toBeNull();
  expect(copiesOf(world)).toEqual([0, 1]);
  expect(world.breaches).toEqual([]);
});

test('an operator removes what is left: the VM is migrated from the beginning', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = newWorld(vm);
  await loseRun(vm, world, 'startConversion');
  const handle = await lab.migrate(nowOff(vm));
  await lab.parked(vm);

  await handle.executeUpdate(removeLeftOverUpdate, { args: [OPERATOR] });
  const result = await handle.result();

  expect(result).toMatchObject({
    outcome: 'succeeded',
    decisions: [{ action: 'removeLeftOver', ...OPERATOR }],
  });
  expect(result.leftOver).toBeUndefined();
  expect(world.log).toContain('what was left is removed');
  expect(copiesOf(world)).toEqual([0, 0]);
  expect(world.breaches).toEqual([]);
});

test('both words are refused where nothing is left over', async () => {
  const vm = frozenVm();
  const world = newWorld(vm);
  world.script.fail('bindVolumes', 'VolumeNotBound');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  for (const update of [adoptUpdate, removeLeftOverUpdate])
    await expect(handle.executeUpdate(update, { args: [OPERATOR] })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('only a VM that is parked as TargetLeftOver') as string },
    });
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();
});

test('a target that has run is never adopted', async () => {
  const vm = frozenVm();
  const world = newWorld(vm);
  await loseRun(vm, world, 'awaitMachineRunning');
  const handle = await lab.migrate({ ...nowOff(vm), adopt: true });

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure.message).toMatch(/may have run since it was made/);
  expect(world.machine).toEqual({ running: true });

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.machine).toEqual({ running: true });
  expect(world.source.on).toBe(false);
  expect(world.breaches).toEqual([]);
});

test('an abort after an adoption removes what was adopted, and starts the source that the lost run had stopped', async () => {
  const vm = frozenVm();
  const world = newWorld(vm);
  await loseRun(vm, world, 'startConversion');
  world.script.fail('bindVolumes', 'VolumeNotBound');
  const handle = await lab.migrate({ ...nowOff(vm), adopt: true });
  await lab.parked(vm);

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
  expect(world.breaches).toEqual([]);
});
