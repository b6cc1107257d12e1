import type { DiskRequest } from '../../../activities/interfaces';
import type { FrozenDisk, FrozenVm } from '../../../plan/frozen';
import { searchAttributes, stateQuery } from '../../../workflows/temporal-api';
import { CONVERSION } from '../../support/fake-activities';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test('disks by plugin and by import fill side by side, are converted, and the VM starts on them', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT, BY_PLUGIN] });
  const world = lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({
    outcome: 'succeeded',
    failure: null,
    attention: null,
    conversion: CONVERSION,
  });
  expect(result.disks.map((disk) => [disk.phase, disk.method, disk.attempts])).toEqual([
    ['copied', 'plugin', 1],
    ['copied', 'import', 1],
    ['copied', 'plugin', 1],
  ]);
  expect(world.contents()).toEqual([0, 1, 2].map((index) => `disk-${index} as of boot 1, converted`));
  expect(world.markers()).toEqual(['converted', 'converted', 'converted']);
  const marks = [0, 1, 2].map((index) => world.markersOf(index));
  for (const said of marks) expect(said.slice(-2)).toEqual(['converting', 'converted']);
  // Whoever is copied while others still are says so at once.
  expect(marks.map((said) => said.slice(0, -2)).filter(([first]) => first === 'copied').length).toBeLessThan(
    3,
  );
  expect(marks.flat().filter((said) => said === 'converted')).toHaveLength(3);
  expect(world.machine).toEqual({ running: true });
  expect([...world.logins]).toEqual([]);
  expect(world.source.on).toBe(false);
  expect(world.breaches).toEqual([]);
});

test('a source that was off is not started at either end, and its target stays halted', async () => {
  const vm = frozenVm({ poweredOn: false });
  const world = lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result.source).toEqual({
    ranAtStart: false,
    stoppedByUs: false,
    stoppedAt: null,
    startedAgainAt: null,
    off: { bootTime: null, lastPowerOn: null },
  });
  expect(result.targetRunningAt).toBeNull();
  expect(world.machine).toEqual({ running: false });
  expect(world.log).not.toContain('guest asked to shut down');
});

test('a guest that virt-v2v does not know is started as it is', async () => {
  const vm = frozenVm({ convert: false });
  const world = lab.world(vm);

  const result = await (await lab.migrate(vm)).result();

  expect(result.conversion).toMatchObject({ converted: false, os: null, warnings: [] });
  expect(world.contents()).toEqual(['disk-0 as of boot 1']);
  expect(new Set(world.markersOf(0))).toEqual(new Set(['copied']));
  expect(world.markersOf(0)).toHaveLength(2);
});

test('a disk that no conversion follows says that it is copied before anything else is made of it', async () => {
  const vm = frozenVm({ convert: false });
  const world = lab.world(vm);
  world.script.run('createMachine', () => before.push(...world.markers()));
  const before: (string | null)[] = [];

  expect((await (await lab.migrate(vm)).result()).outcome).toBe('succeeded');
  expect(before).toEqual(['copied']);
});

test('the source is stopped only after the volumes are bound, and released to copiers only after that', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('shutDownGuest', false);
  const handle = await lab.migrate(vm);

  await gate.reached;
  expect([...world.volumes.values()].map(({ bound }) => bound)).toEqual([true]);
  expect(world.binder).toBe(true);
  expect([...world.logins]).toEqual([]);
  gate.open();

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.breaches).toEqual([]);
});

test('no more disks of one VM are copied at once than the plan allows', async () => {
  const vm = frozenVm({ methods: Array(5).fill(BY_PLUGIN), policy: { maxConcurrentDisks: 2 } });
  const world = lab.world(vm);
  const gates = [0, 1].map((disk) => world.script.hold('awaitPlugin', true, { disk, times: 1 }));
  const handle = await lab.migrate(vm);
  await Promise.all(gates.map(({ reached }) => reached));
  for (const gate of gates) gate.open();

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(5);
  expect(world.mostCopiersAtOnce).toBe(2);
  expect(world.breaches).toEqual([]);
});

test.each([
  ['whose guest has no tools', { tools: false }],
  ['whose guest does not obey', { obeys: false }],
])('a source %s is powered off where the plan says so', async (_, source) => {
  const vm = frozenVm({ policy: { onShutdownTimeout: 'powerOff' } });
  const world = lab.world(vm);
  Object.assign(world.source, source);

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', source: { stoppedByUs: true } });
  expect(world.log).toContain('source powered off');
});

test('the state can be asked for after the end, and lists know plan, VM, phase and outcome', async () => {
  const vm = frozenVm();
  lab.world(vm);
  const handle = await lab.migrate(vm);
  const result = await handle.result();

  expect(await handle.query(stateQuery)).toEqual(result);
  const { typedSearchAttributes: attributes } = await handle.describe();
  expect(attributes.get(searchAttributes.plan)).toBe('openshift-mtv/wave-1');
  expect(attributes.get(searchAttributes.vm)).toBe(vm.vm.name);
  expect(attributes.get(searchAttributes.phase)).toBe('tidy');
  expect(attributes.get(searchAttributes.outcome)).toBe('succeeded');
  expect(attributes.get(searchAttributes.attention)).toBeUndefined();
});

test('copiers get the names that datastores have by now', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT] });
  const world = lab.world(vm);
  const [first, second] = vm.disks;
  const to = (store: string, { key }: FrozenDisk) => ({
    key,
    datastore: store,
    basePath: `[${store}] web/${key}.vmdk`,
    currentPath: `[${store}] web/${key}.vmdk`,
  });
  world.source.renamed = [to('flash-1', first!), to('flash-1', second!)];
  const made: FrozenDisk[][] = [];
  const copied: FrozenDisk[] = [];
  world.script.run('bindVolumes', ([bound]) => {
    made.push((bound as FrozenVm).disks);
    // Once more, while the source is stopped.
    world.source.renamed = [to('flash-2', first!)];
  });
  world.script.run('startPlugin', ([request]) => void copied.push((request as DiskRequest).disk));

  expect((await (await lab.migrate(vm)).result()).outcome).toBe('succeeded');

  expect(made[0]?.map(({ currentPath, datastore }) => [currentPath, datastore])).toEqual([
    [`[flash-1] web/${first!.key}.vmdk`, 'flash-1'],
    [`[flash-1] web/${second!.key}.vmdk`, 'flash-1'],
  ]);
  expect(copied).toEqual([{ ...first, ...to('flash-2', first!) }]);
  expect(world.breaches).toEqual([]);
});

test('a failure that mends itself is not shown to anyone', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('bindVolumes', 'TargetUnreachable', { times: 1 });

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [] });
  expect(result.timings.map(({ phase }) => phase)).toEqual([
    'check',
    'volumes',
    'await-turn',
    'stop-source',
    'copy',
    'convert',
    'create-vm',
    'start-vm',
    'verify',
    'tidy',
  ]);
});
