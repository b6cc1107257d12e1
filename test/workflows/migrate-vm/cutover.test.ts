/** Migrations with cutover windows: their sources are stopped inside them, or not at all. */
import { Worker } from '@temporalio/worker';
import { createWindowActivities } from '../../../activities/windows';
import type { FrozenVm, MigrationPolicy } from '../../../plan/frozen';
import type { Window } from '../../../plan/manifests/windows';
import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import type { Gate } from '../../support/script';
import { limitTo, said } from '../../support/transfer-slots';
import { WindowsByHand, whileOpen, windowsThat } from '../../support/windows';
import { workflowBundle } from '../../support/workflow-bundle';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => limitTo(lab, {}));

const NIGHT: Window = { timeZone: 'Europe/Zurich', days: ['Sat'], from: '22:00', to: '06:00' };

function withWindows(policy: Partial<MigrationPolicy> = {}): { vm: FrozenVm; world: FakeWorld } {
  const vm = frozenVm();
  vm.policy = { ...vm.policy, cutoverWindows: [NIGHT], ...policy };
  return { vm, world: lab.world(vm) };
}

const waitsForWindow = (vm: FrozenVm) => lab.until(vm, ({ window }) => window !== undefined);
/** There is no event at the moment when a window closes: it is a time. */
const passed = (moment: number) => eventually(() => Promise.resolve(Date.now() > moment));

async function replays(handle: MigrationHandle): Promise<void> {
  const options = { workflowBundle: { codePath: await workflowBundle() } };
  await Worker.runReplayHistory(options, await handle.fetchHistory(), handle.workflowId);
}

test('outside its window a VM has its volumes, says when the window opens, asks for no slot, and its source runs', async () => {
  const windows = new WindowsByHand();
  lab.clock = windows;
  const { vm, world } = withWindows();
  let stoppedAt = 0;
  world.script.run('shutDownGuest', () => (stoppedAt = Date.now()));
  const handle = await lab.migrate(vm);
  const state = await waitsForWindow(vm);
  expect(state.phase).toBe('await-window');
  expect(windows.told).toContainEqual(state.window);
  expect(state.waitingSince).toBeUndefined();
  expect(await said(handle)).toEqual([]);
  expect(world.volume(vm.disks[0]!.volumeName).bound).toBe(true);
  expect(world.source.on).toBe(true);

  const opened = windows.open();
  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'succeeded' });
  expect(result.window).toBeUndefined();
  expect(stoppedAt).toBeGreaterThanOrEqual(opened);
  expect(world.breaches).toEqual([]);
  await replays(handle);
});

/** The window closed too early for what is to be seen: the migration goes on to its end. */
async function tooLate(windows: WindowsByHand, handle: MigrationHandle, gate?: Gate): Promise<false> {
  windows.open();
  gate?.open();
  await handle.result();
  return false;
}

test('a copy that runs when the window closes is finished, and so is the migration', () =>
  whileOpen(async (windows) => {
    lab.clock = windows;
    const { vm, world } = withWindows();
    const gate = world.script.hold('awaitImport', true);
    const handle = await lab.migrate(vm);
    await Promise.race([gate.reached, waitsForWindow(vm)]);
    if (windows.foundShut) return tooLate(windows, handle, gate);
    await passed(windows.closes + 1_000);
    gate.open();
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded', source: { stoppedByUs: true } });
    expect(world.source.boots).toBe(1);
    return true;
  }));

const kindsSaid = async (handle: MigrationHandle) =>
  (await said(handle))
    .flat()
    .map(({ kind }) => kind)
    .join();

test('a VM whose window closes before its turn comes gives its place up, and waits for the next window', async () => {
  await limitTo(lab, { host: 1 });
  const first = frozenVm();
  const gate = lab.world(first).script.hold('awaitImport', true);
  const running = await lab.migrate(first);
  await gate.reached;
  await whileOpen(async (windows) => {
    lab.clock = windows;
    const { vm, world } = withWindows();
    let stoppedAt = 0;
    world.script.run('shutDownGuest', () => (stoppedAt = Date.now()));
    const handle = await lab.migrate(vm);
    const shut = await waitsForWindow(vm);
    if (!windows.wereOpen || (await kindsSaid(handle)) === '') {
      await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
      await handle.result();
      return false;
    }
    expect(shut.phase).toBe('await-window');
    expect(shut.waitingSince).toBeUndefined();
    await eventually(async () => (await kindsSaid(handle)) === 'ask,release');
    gate.open();
    await running.result();
    expect(world.source.on).toBe(true);

    const opened = windows.open();
    const { outcome, timings } = await handle.result();
    expect(outcome).toBe('succeeded');
    expect(stoppedAt).toBeGreaterThanOrEqual(opened);
    expect(timings.slice(2, 7).map(({ phase }) => phase)).toEqual([
      'await-window',
      'await-turn',
      'await-window',
      'await-turn',
      'stop-source',
    ]);
    await replays(handle);
    return true;
  });
});

test('a window that closes between the grant and the stop leaves the source alone', () =>
  whileOpen(async (windows) => {
    lab.clock = windows;
    const { vm, world } = withWindows();
    let looks = 0;
    world.script.run('readPower', async () => {
      looks += 1;
      if (looks === 2) await passed(windows.closes);
    });
    let stoppedAt = 0;
    world.script.run('shutDownGuest', () => (stoppedAt = Date.now()));
    const handle = await lab.migrate(vm);
    const { source } = await waitsForWindow(vm);
    if (!windows.wereOpen) return tooLate(windows, handle);
    expect(source).toMatchObject({ ranAtStart: null, stoppedByUs: false });
    expect(stoppedAt).toBe(0);
    const opened = windows.open();
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded', source: { ranAtStart: true } });
    expect(stoppedAt).toBeGreaterThanOrEqual(opened);
    expect(world.breaches).toEqual([]);
    return true;
  }));

test('a retry that has to stop the source again waits for the next window', () =>
  whileOpen(async (windows) => {
    lab.clock = windows;
    const { vm, world } = withWindows();
    const gate = world.script.hold('awaitImport', true, { times: 1 });
    const handle = await lab.migrate(vm);
    await Promise.race([gate.reached, waitsForWindow(vm)]);
    if (windows.foundShut) return tooLate(windows, handle, gate);
    world.bootSource();
    gate.open();
    expect((await lab.parked(vm)).attention).toMatchObject({ failure: { kind: 'SourceRanMeanwhile' } });
    await passed(windows.closes);
    const stops: number[] = [];
    world.script.run('shutDownGuest', () => stops.push(Date.now()));
    await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

    await waitsForWindow(vm);
    expect(world.source.on).toBe(true);
    const opened = windows.open();
    expect(await handle.result()).toMatchObject({ outcome: 'succeeded' });
    expect(stops).toHaveLength(1);
    expect(stops[0]).toBeGreaterThanOrEqual(opened);
    return true;
  }));

test('a guest that has not gone down when the window closes keeps its power', () =>
  whileOpen(async (windows) => {
    lab.clock = windows;
    const { vm, world } = withWindows({ onShutdownTimeout: 'powerOff', shutdownTimeoutSeconds: 1 });
    world.source.obeys = false;
    world.script.run('awaitPoweredOff', () => passed(windows.closes));
    const handle = await lab.migrate(vm);
    const { attention } = await lab.until(
      vm,
      (state) => state.attention !== null || state.window !== undefined,
    );
    if (attention === null) return tooLate(windows, handle);
    expect(attention).toMatchObject({
      phase: 'stop-source',
      failure: {
        kind: 'SourceShutdownTimeout',
        message: expect.stringContaining('and its cutover window has closed') as string,
      },
    });
    expect(world.log).not.toContain('source powered off');
    expect(world.source.on).toBe(true);
    await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
    expect((await handle.result()).outcome).toBe('aborted');
    return true;
  }));

test('a source that is off waits for no window', async () => {
  lab.clock = windowsThat('shut', []);
  const { vm, world } = withWindows();
  world.source.on = false;
  const handle = await lab.migrate(vm);
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', source: { stoppedByUs: false } });
});

test('an abort ends the wait for a window at once, and leaves nothing', async () => {
  lab.clock = windowsThat('shut', [Date.now() + 3_600_000]);
  const { vm, world } = withWindows();
  const handle = await lab.migrate(vm);
  await waitsForWindow(vm);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.leftovers()).toEqual([]);
  expect(world.source).toMatchObject({ on: true, boots: 1 });
});

test('a window of a time zone that the worker does not know parks the VM, whose source runs', async () => {
  lab.clock = createWindowActivities();
  const { vm, world } = withWindows({ cutoverWindows: [{ ...NIGHT, timeZone: 'Europe/Zurch' }] });
  const handle = await lab.migrate(vm);
  expect((await lab.parked(vm)).attention).toMatchObject({
    phase: 'await-window',
    failure: {
      kind: 'InvalidInput',
      message: 'no time zone is named "Europe/Zurch"; did you mean "Europe/Zurich"?',
    },
  });
  expect(world.source.on).toBe(true);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();
});
