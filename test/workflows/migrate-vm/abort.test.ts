import { abortUpdate, giveUpSignal, stateQuery } from '../../../workflows/temporal-api';
import { BY_IMPORT, BY_PLUGIN, frozenVm, type FrozenVmSketch } from '../../support/frozen-vm';
import type { VmActivityName } from '../../support/fake-activities';
import type { FakeWorld } from '../../support/fake-world';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

const DISKS = { methods: [BY_PLUGIN, BY_IMPORT] };

/** Each step of a migration; true for those that hear of a cancellation while they run. */
const STEPS: [VmActivityName, boolean][] = [
  ['checkTarget', false],
  ['bindVolumes', true],
  ['shutDownGuest', false],
  ['awaitPoweredOff', true],
  ['releaseVolumes', true],
  ['startPlugin', false],
  ['awaitPlugin', true],
  ['awaitImport', true],
  ['startConversion', false],
  ['awaitConversion', true],
  ['createMachine', false],
  ['startMachine', false],
  ['awaitMachineRunning', true],
  ['tidy', false],
];

/** Gives a migration up in the middle of a step; returns its world afterwards. */
async function giveUpIn(
  [step, wait]: [VmActivityName, boolean],
  sketch: FrozenVmSketch,
  giveUp: (handle: MigrationHandle) => Promise<unknown>,
): Promise<FakeWorld> {
  const vm = frozenVm(sketch);
  const world = lab.world(vm);
  const gate = world.script.hold(step, wait, { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  await giveUp(handle);
  if (!wait) {
    // It can't be stopped, so it must have ended before anything is undone.
    expect((await handle.query(stateQuery)).phase).not.toBe('restore');
    gate.open();
  }

  const result = await handle.result();

  expect(result).toMatchObject({ outcome: 'aborted', failure: null, attention: null, left: [] });
  return world;
}

test.each(STEPS)('an abort in %s leaves nothing of ours, and the source on as it was', async (step, wait) => {
  const world = await giveUpIn([step, wait], DISKS, (handle) =>
    handle.executeUpdate(abortUpdate, { args: [OPERATOR] }),
  );

  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
  expect(world.breaches).toEqual([]);
});

test.each(STEPS.filter(([step]) => ['bindVolumes', 'awaitImport', 'awaitConversion', 'tidy'].includes(step)))(
  'a cancellation in %s is an abort; a source that was off stays off',
  async (step, wait) => {
    const world = await giveUpIn([step, wait], { ...DISKS, poweredOn: false }, (handle) => handle.cancel());

    expect(world.leftovers()).toEqual([]);
    expect(world.source).toMatchObject({ on: false, boots: 1 });
    expect(world.log).not.toContain('source powered on');
  },
);

test('the way back: markers void, target gone, source on, the rest removed, in this order', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('tidy', 'TargetRightsMissing');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  const before = world.log.length;

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  const result = await handle.result();

  const [disk] = vm.disks;
  expect(world.log.slice(before)).toEqual([
    `marked ${disk?.volumeName} void`,
    'machine removed',
    'source powered on',
    'everything removed',
  ]);
  expect(result.failure).toMatchObject({ kind: 'TargetRightsMissing' });
  expect(result.decisions).toMatchObject([{ action: 'abort', ...OPERATOR }]);
  expect(result.source.startedAgainAt).not.toBeNull();
});

/** A brief step is in history only when its task ends: with the worker goes all memory of what it did meanwhile. */
test('a target that was started in a task which was lost is gone before the source is on', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = lab.world(vm);
  const gate = world.script.hold('awaitConversion', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  world.converting = false;
  world.machine = { running: true };

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect(await handle.result()).toMatchObject({ outcome: 'aborted', left: [] });
  expect(world.breaches).toEqual([]);
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
});

test('a migration that was refused before it made anything removes nothing', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.volumes.set('of-an-earlier-migration', { bound: true, marker: null, content: 'precious' });
  world.machine = { running: true };
  world.script.fail('checkTarget', 'NameTaken');
  const handle = await lab.migrate(vm);
  await lab.parked(vm);

  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.leftovers()).toEqual(['of-an-earlier-migration', 'machine']);
  expect(world.log).toEqual([]);
});

test('a guest that goes down after the abort is waited for, and started again', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('awaitPoweredOff', true, { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  await handle.cancel();
  const result = await handle.result();

  expect(world.log).toEqual(expect.arrayContaining(['guest asked to shut down', 'source powered on']));
  expect(world.source).toMatchObject({ on: true, goingDown: false });
  expect(result.decisions).toMatchObject([{ action: 'cancel' }]);
});

test('what could not be removed is said', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN] });
  const world = lab.world(vm);
  world.stubborn = ['Pod web-d0-copy-1: its node is lost'];
  world.script.fail('stopCopy', 'CopierLost');
  const gate = world.script.hold('awaitPlugin', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  await handle.cancel();

  expect((await handle.result()).left).toEqual(['disk 0: stopCopy was told to fail', ...world.stubborn]);
});

test('a wave gives a migration up by a signal, and one that is no word of an operator changes nothing', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('awaitImport', true, { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  for (const args of [
    [],
    [null],
    ['now'],
    [{ who: 'ann' }],
    [{ who: 'ann', why: ' ' }],
    [OPERATOR, OPERATOR],
  ]) {
    await handle.signal('giveUp', ...(args as unknown[]));
  }
  expect((await handle.query(stateQuery)).decisions).toEqual([]);
  await handle.signal(giveUpSignal, OPERATOR);
  await handle.signal(giveUpSignal, { ...OPERATOR, who: 'somebody later' });

  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'aborted', left: [] });
  expect(result.decisions).toMatchObject([{ action: 'abort', ...OPERATOR }]);
  expect(world.source.on).toBe(true);
  const { events } = await handle.fetchHistory();
  expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});
