/** Disks whose plugins refuse them, or fail for good, under a map that falls back to an import. */
import type { FailureKind } from '../../../plan/failures';
import type { VmActivityName } from '../../support/fake-activities';
import { abortUpdate, retryUpdate, stateQuery } from '../../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT, frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const IMAGE = 'lab.drover.dev/offload-plugin:1';

test.each<[FailureKind, number]>([
  ['CopyRefused', 1],
  ['CopyFailed', 3],
  ['CopyNotStarted', 3],
  ['CopyStalled', 3],
  ['CopyDeadline', 1],
])('a plugin that ends with %s is given up after %d attempts: the disk is imported', async (kind, tries) => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN, BY_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', kind, { disk: 0 });

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', failure: null, decisions: [] });
  expect(result.disks.map(({ method, phase }) => [method, phase])).toEqual([
    ['import', 'copied'],
    ['plugin', 'copied'],
    ['import', 'copied'],
  ]);
  expect(result.disks[0]).toMatchObject({
    fellBack: { from: IMAGE, kind, message: 'awaitPlugin was told to fail', at: expect.any(String) },
    attempts: tries + 1,
    failure: null,
  });
  expect(result.disks.slice(1).map(({ fellBack }) => fellBack)).toEqual([undefined, undefined]);
  expect(world.contents()).toEqual([0, 1, 2].map((index) => `disk-${index} as of boot 1, converted`));
  expect(world.breaches).toEqual([]);
});

test('the import gets a fresh volume once the plugin is proven gone, and nothing else is done again', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');

  const result = await (await lab.migrate(vm)).result();

  const ofTheDisk = world.log.filter((line) => / disk-0$|of disk-0$/.test(line));
  expect(ofTheDisk).toEqual([
    'made disk-0',
    'stopped the copy of disk-0',
    'discarded disk-0',
    'made disk-0',
    'copied disk-0',
  ]);
  expect(world.copies.map(({ disk, method }) => [disk, method])).toEqual([
    [1, 'import'],
    [0, 'import'],
  ]);
  expect(result.timings.map(({ phase }) => phase).slice(0, 7)).toEqual([
    'check',
    'volumes',
    'await-turn',
    'stop-source',
    'copy',
    'volumes',
    'copy',
  ]);
  expect(world.log.filter((line) => line === 'guest asked to shut down')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('disks that are copied already say so while the others fall back', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  const gate = world.script.hold('awaitImport', true);
  const handle = await lab.migrate(vm);

  await gate.reached;
  const state = await handle.query(stateQuery);
  expect(state.disks).toMatchObject([
    { phase: 'copying', method: 'import', fellBack: { kind: 'CopyRefused' } },
    { phase: 'copied', method: 'plugin' },
  ]);
  expect(world.markers()).toEqual([null, 'copied']);
  gate.open();

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.breaches).toEqual([]);
});

test('several disks that fall back are bound and imported together', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  world.script.fail('awaitPlugin', 'CopyFailed', { disk: 2 });

  const result = await (await lab.migrate(vm)).result();

  expect(result.disks.map(({ method }) => method)).toEqual(['import', 'plugin', 'import']);
  expect(result.timings.filter(({ phase }) => phase === 'copy')).toHaveLength(2);
  expect(world.breaches).toEqual([]);
});

test.each(['CopyRefused', 'CopyFailed'] as const)(
  'without a fallback a plugin that ends with %s parks the VM',
  async (kind) => {
    const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] });
    const world = lab.world(vm);
    world.script.fail('awaitPlugin', kind);
    await lab.migrate(vm);

    const parked = await lab.parked(vm);
    expect(parked.attention).toMatchObject({ phase: 'copy', failure: { kind } });
    expect(parked.disks[0]).toMatchObject({ method: 'plugin', phase: 'failed' });
    expect(parked.disks[0]?.fellBack).toBeUndefined();
  },
);

test.each<[FailureKind, VmActivityName]>([
  ['CopierLost', 'awaitPlugin'],
  ['VolumeLost', 'startPlugin'],
  ['QuotaExceeded', 'startPlugin'],
])('%s is no failure of the plugin: the VM parks, and a retry goes by plugin', async (kind, activity) => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.fail(activity, kind, { times: 1 });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure.kind).toBe(kind);
  expect(parked.disks[0]?.method).toBe('plugin');

  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).disks[0]).toMatchObject({ method: 'plugin', phase: 'copied' });
  expect(world.breaches).toEqual([]);
});

test('a plugin that fails without its Pod being proven gone is not fallen back from', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');
  world.script.fail('stopCopy', 'CopierLost', { times: 1 });
  await lab.migrate(vm);

  expect((await lab.parked(vm)).disks[0]).toMatchObject({
    method: 'plugin',
    failure: { kind: 'CopierLost' },
  });
  expect(world.log).not.toContain('discarded disk-0');
});

test('where a disk without fallback fails, too, the VM parks; a retry goes on with the import', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure.message).toMatch(/^disk 1: .* fail$/);
  expect(parked.disks).toMatchObject([
    { phase: 'waiting', method: 'import', fellBack: { kind: 'CopyRefused' } },
    { phase: 'failed', method: 'plugin' },
  ]);

  world.script.mend('awaitPlugin');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  await handle.result();

  expect(world.copies.map(({ disk, method }) => [disk, method]).sort()).toEqual([
    [0, 'import'],
    [1, 'plugin'],
  ]);
  expect(world.breaches).toEqual([]);
});

test('an import that fails after its plugin did parks the VM; a retry imports again, and asks no plugin', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');
  world.script.fail('awaitImport', 'ImportRestarts');
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'copy', failure: { kind: 'ImportRestarts' } });
  expect(parked.disks[0]).toMatchObject({ method: 'import', fellBack: { kind: 'CopyRefused' } });

  world.script.mend('awaitImport');
  world.script.mend('awaitPlugin');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).disks[0]).toMatchObject({
    method: 'import',
    phase: 'copied',
    fellBack: { kind: 'CopyRefused' },
  });
  expect(world.copies).toMatchObject([{ method: 'import' }]);
  expect(world.breaches).toEqual([]);
});

test("a volume that can't be removed parks the VM, and a retry removes it before it goes on", async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused');
  world.script.fail('discardVolume', 'CopierLost', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention).toMatchObject({
    phase: 'volumes',
    failure: { kind: 'CopierLost' },
  });
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).disks[0]).toMatchObject({ method: 'import', phase: 'copied' });
  expect(world.log.filter((line) => line === 'discarded disk-0')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a source that runs during the import voids all copies; the plugin that was given up is not asked again', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  world.script.run('awaitImport', () => world.bootSource(), { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention?.failure.kind).toBe('SourceRanMeanwhile');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  const result = await handle.result();

  expect(result.disks.map(({ method }) => method)).toEqual(['import', 'plugin']);
  expect(world.contents()).toEqual(['disk-0 as of boot 2, converted', 'disk-1 as of boot 2, converted']);
  expect(world.breaches).toEqual([]);
});

test('a plugin that was refused a source that ran is asked again, of the new copy', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  world.script.run('awaitPlugin', () => world.bootSource(), { times: 1 });
  world.script.fail('awaitPlugin', 'CopyRefused', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention?.failure.kind).toBe('SourceRanMeanwhile');
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).disks[0]).toMatchObject({ method: 'plugin', phase: 'copied' });
  expect(world.breaches).toEqual([]);
});

test.each<[VmActivityName, boolean]>([
  ['discardVolume', true],
  ['awaitImport', true],
])('given up in %s of a fallback, nothing of ours is left and the source is on', async (step, wait) => {
  const vm = frozenVm({ methods: [BY_PLUGIN_ELSE_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 0 });
  const gate = world.script.hold(step, wait, { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect(await handle.result()).toMatchObject({ outcome: 'aborted', left: [] });
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
  expect(world.breaches).toEqual([]);
});

test('a disk that the plan itself imports instead says why from the beginning', async () => {
  const why = 'its plugin does not support snapshots';
  const vm = frozenVm({ methods: [{ kind: 'import', insteadOf: { image: IMAGE, why } }] });
  lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result.disks[0]?.fellBack).toEqual({ from: IMAGE, at: null, kind: null, message: why });
});
