import { retryUpdate } from '../../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test.each([
  ['import', BY_IMPORT, 'awaitImport', 'ImportRestarts'],
  ['plugin', BY_PLUGIN, 'awaitPlugin', 'CopyRefused'],
] as const)(
  'disk 3 of 3 by %s fails for good; after a retry only disk 3 is copied',
  async (_, method, activity, kind) => {
    const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT, method] });
    const world = lab.world(vm);
    world.script.fail(activity, kind, { disk: 2 });
    const handle = await lab.migrate(vm);

    const parked = await lab.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'copy', failure: { kind } });
    expect(parked.disks.map(({ phase }) => phase)).toEqual(['copied', 'copied', 'failed']);
    expect(world.markers()).toEqual(['copied', 'copied', null]);
    expect(world.source.on).toBe(false);
    const before = world.copies.length;

    world.script.mend(activity);
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    const result = await handle.result();

    expect(result).toMatchObject({
      outcome: 'succeeded',
      failure: null,
      decisions: [{ action: 'retry', ...OPERATOR }],
    });
    expect(world.copies.slice(before)).toMatchObject([{ disk: 2 }]);
    expect(world.markersOf(2)).toEqual(['converting', 'converted']);
    expect(world.contents()).toEqual([0, 1, 2].map((index) => `disk-${index} as of boot 1, converted`));
    expect(world.breaches).toEqual([]);
  },
);

test('a plugin gets its attempts, one after the other is proven gone, all under one copy id', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyFailed', { times: 2 });

  const result = await (await lab.migrate(vm)).result();

  expect(result.disks[0]).toMatchObject({ phase: 'copied', attempts: 3 });
  expect(world.log.filter((line) => line.startsWith('stopped'))).toHaveLength(2);
  expect(world.copies).toMatchObject([{ attempt: 3 }]);
  expect(world.breaches).toEqual([]);
});

test('when the attempts are used up the VM parks; a retry goes on counting, with the same copy id', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN], policy: { copyAttempts: 2 } });
  const world = lab.world(vm);
  const ids: string[] = [];
  world.script.run('startPlugin', ([request]) => ids.push((request as { copyId: string }).copyId));
  world.script.fail('awaitPlugin', 'CopyFailed');
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.disks[0]).toMatchObject({ phase: 'failed', attempts: 2, failure: { kind: 'CopyFailed' } });

  world.script.mend('awaitPlugin');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).disks[0]).toMatchObject({ phase: 'copied', attempts: 3 });
  expect(new Set(ids).size).toBe(1);
  expect(ids).toHaveLength(3);
});

test('no attempt follows one whose Pod may still run', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyFailed');
  world.script.fail('stopCopy', 'CopierLost');
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.disks[0]).toMatchObject({ attempts: 1, failure: { kind: 'CopierLost' } });
  expect(world.breaches).toEqual([]);

  world.script.mend('awaitPlugin');
  world.script.mend('stopCopy');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).disks[0]).toMatchObject({ phase: 'copied', attempts: 2 });
  expect(world.breaches).toEqual([]);
});

test.each([
  ['import', BY_IMPORT, 'awaitImport'],
  ['plugin', BY_PLUGIN, 'awaitPlugin'],
] as const)(
  'a disk by %s whose workflow is terminated parks its VM; a retry copies it beside no copier of before',
  async (_, method, activity) => {
    const vm = frozenVm({ methods: [BY_PLUGIN, method] });
    const world = lab.world(vm);
    const gate = world.script.hold(activity, true, { disk: 1, times: 1 });
    const handle = await lab.migrate(vm);
    await gate.reached;
    await lab.client.workflow.getHandle(`${handle.workflowId}/disk-${vm.disks[1]!.key}`).terminate();

    const parked = await lab.parked(vm);
    expect(parked.attention?.failure.message).toBe(
      'disk 1: it was terminated from outside, which puts nothing back',
    );
    expect(parked.disks.map(({ phase }) => phase)).toEqual(['copied', 'failed']);
    expect(world.source.on).toBe(false);

    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect((await handle.result()).outcome).toBe('succeeded');
    expect(world.copies.filter(({ disk }) => disk === 1)).toHaveLength(1);
    expect(world.contents()).toEqual([0, 1].map((index) => `disk-${index} as of boot 1, converted`));
    expect(world.breaches).toEqual([]);
  },
);

test('a source that ran meanwhile voids every copy: all are made again, under new copy ids', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] });
  const world = lab.world(vm);
  const gate = world.script.hold('awaitPlugin', true, { disk: 1, times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  world.bootSource();
  world.stopSource();
  gate.open();

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure.kind).toBe('SourceRanMeanwhile');
  expect(parked.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);
  expect(world.markers()).toEqual([null, null]);

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.contents()).toEqual(['disk-0 as of boot 2, converted', 'disk-1 as of boot 2, converted']);
  expect(world.copies).toHaveLength(4);
  expect(new Set(world.copies.map(({ copyId }) => copyId)).size).toBe(4);
  // It was bound where the former volumes were.
  expect(world.log).toContain('discarded the scratch volume');
  expect(world.breaches).toEqual([]);
});

test('a source that runs again before its copies are released keeps them held back', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.run('checkSource', ([, wanted]) => {
    if ((wanted as { power?: boolean } | undefined)?.power === true && world.source.boots === 1) {
      world.bootSource();
      world.stopSource();
    }
  });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'copy', failure: { kind: 'SourceRanMeanwhile' } });
  expect(world.binder).toBe(true);
  expect(world.copies).toEqual([]);

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.contents()).toEqual(['disk-0 as of boot 2, converted', 'disk-1 as of boot 2, converted']);
  expect(world.breaches).toEqual([]);
});

test('a conversion that began in a task which was lost ends before its volumes are discarded', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = lab.world(vm);
  // What the lost task did is in no history; the one after it finds that the source ran.
  world.script.run(
    'awaitImport',
    () => {
      world.converting = true;
      world.bootSource();
    },
    { times: 1 },
  );
  const handle = await lab.migrate(vm);
  expect((await lab.parked(vm)).attention?.failure.kind).toBe('SourceRanMeanwhile');

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.contents()).toEqual(['disk-0 as of boot 2, converted']);
  expect(world.breaches).toEqual([]);
});

test.each([
  ['just before', 'createMachine'],
  ['in the moment in which', 'startMachine'],
] as const)(
  'a source that runs again %s the target would start is stopped, copied and converted again',
  async (_, step) => {
    const vm = frozenVm();
    const world = lab.world(vm);
    world.script.run(step, () => world.bootSource(), { times: 1 });
    const handle = await lab.migrate(vm);

    const parked = await lab.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'start-vm', failure: { kind: 'SourceRanMeanwhile' } });
    expect(world.machine).toEqual({ running: false });

    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
    expect((await handle.result()).outcome).toBe('succeeded');
    expect(world.source.on).toBe(false);
    expect(world.contents()).toEqual(['disk-0 as of boot 2, converted']);
    expect(world.machine).toEqual({ running: true });
    expect(world.breaches).toEqual([]);
  },
);

test('a conversion that ended well is not repeated because its disks could not be given to the target', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('createMachine', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention?.phase).toBe('create-vm');
  expect(world.markers()).toEqual(['converting']);
  expect(world.scratch).not.toBeNull();
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.log.filter((line) => line === 'converted')).toHaveLength(1);
  expect(world.copies).toHaveLength(1);
  expect(world.markers()).toEqual(['converted']);
});

test.each([
  ['when it is to be converted', 'convert', 'awaitConversion', 'ConversionFailed'],
  ['when the target is to have it', 'create-vm', 'createMachine', 'QuotaExceeded'],
] as const)('a volume that was replaced is not taken for its copy %s', async (_, phase, activity, kind) => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail(activity, kind, { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  world.replaceVolume(vm.disks[1]!.volumeName);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await lab.parked(vm)).attention).toMatchObject({ phase, failure: { kind: 'VolumeLost' } });
  expect(world.markers()).toEqual([expect.any(String), null]);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(4);
  expect(world.markers()).toEqual(['converted', 'converted']);
  expect(world.breaches).toEqual([]);
});

test('a guest that will not go down parks the VM where the plan says so, and a retry asks again', async () => {
  const vm = frozenVm({ policy: { onShutdownTimeout: 'park' } });
  const world = lab.world(vm);
  world.source.obeys = false;
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({
    phase: 'stop-source',
    failure: { kind: 'SourceShutdownTimeout' },
  });
  expect(world.source.on).toBe(true);

  world.source.obeys = true;
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.log).not.toContain('source powered off');
});

test('an activity that breaks its promise parks the VM as Unexpected, with one line of its message', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.breakDown('createMachine', { times: 1 });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure).toMatchObject({
    kind: 'Unexpected',
    message: 'undefined is not a function',
  });

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
});
