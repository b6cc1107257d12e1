import { TRANSFER_SLOTS_ID } from '../../../plan/workflow-ids';
import type { FrozenVm } from '../../../plan/frozen';
import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import { DEFAULT_LIMITS } from '../../../workflows/transfer-slots/resources';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import {
  BY_IMPORT,
  BY_PLUGIN,
  BY_PLUGIN_ELSE_IMPORT,
  frozenVm,
  type FrozenVmSketch,
} from '../../support/frozen-vm';
import type { ActivityName, Gate } from '../../support/script';
import { endTransferSlots, holders, limitTo, reset, said } from '../../support/transfer-slots';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

interface Started {
  vm: FrozenVm;
  world: FakeWorld;
  handle: MigrationHandle;
}

async function start(
  sketch: FrozenVmSketch = {},
  script: (world: FakeWorld) => void = () => undefined,
): Promise<Started> {
  const vm = frozenVm(sketch);
  const world = lab.world(vm);
  script(world);
  return { vm, world, handle: await lab.migrate(vm) };
}

/** One that stands in a wait until the gate is opened. */
async function standing(
  activity: ActivityName,
  sketch: FrozenVmSketch = {},
): Promise<Started & { gate: Gate }> {
  let gate: Gate | undefined;
  const started = await start(sketch, ({ script }) => (gate = script.hold(activity, true)));
  await gate!.reached;
  return { ...started, gate: gate! };
}

function waiting({ vm }: Started): Promise<unknown> {
  return lab.until(vm, ({ waitingSince }) => waitingSince !== undefined);
}

async function held({ handle }: Started): Promise<string[]> {
  return (await holders(lab)).find(({ workflowId }) => workflowId === handle.workflowId)?.held ?? [];
}

function retry({ handle }: Started): Promise<unknown> {
  return handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
}

test('a VM with one disk sends three signals: it asks, hands on, and gives back', async () => {
  await limitTo(lab, {});
  const { handle } = await start();
  await handle.result();
  const kinds = (await said(handle)).map((events) => events.map(({ kind }) => kind));
  console.log(`signals that a VM with one disk sends: ${kinds.length}`);
  expect(kinds).toEqual([['ask'], ['release', 'ask'], ['release']]);
});

describe('with one copy for each host', () => {
  beforeEach(() => limitTo(lab, { host: 1 }));

  test('a VM with more disks than its host serves at once is copied, one disk after the other', async () => {
    const { world, handle } = await start({ methods: [BY_IMPORT, BY_IMPORT, BY_IMPORT] });
    expect((await handle.result()).outcome).toBe('succeeded');
    expect(world.copies).toHaveLength(3);
    expect(world.mostCopiersAtOnce).toBe(1);
  });

  test('a parked VM holds nothing; a retry asks again, before those whose sources run', async () => {
    const other = await standing('awaitImport');
    const parks = await start({}, ({ script }) => script.fail('awaitImport', 'ImportRestarts', { times: 1 }));
    await waiting(parks);
    other.gate.open();
    await lab.parked(parks.vm);
    const next = await standing('awaitImport');
    expect(await held(parks)).toEqual([]);

    await retry(parks);
    await waiting(parks);
    const last = await start();
    await waiting(last);
    const copiedBefore: number[] = [];
    last.world.script.run('shutDownGuest', () => copiedBefore.push(parks.world.copies.length));
    next.gate.open();
    expect((await parks.handle.result()).outcome).toBe('succeeded');
    expect((await last.handle.result()).outcome).toBe('succeeded');
    expect(copiedBefore).toEqual([1]);
  });

  test('a VM that parked before its source was off waits for its turn again', async () => {
    const { vm, world, handle } = await start({ policy: { onShutdownTimeout: 'park' } }, ({ source }) =>
      Object.assign(source, { obeys: false }),
    );
    await lab.parked(vm);
    expect(await held({ vm, world, handle })).toEqual([]);
    const other = await standing('awaitImport');
    await retry({ vm, world, handle });
    await lab.until(vm, ({ phase, waitingSince }) => phase === 'await-turn' && waitingSince !== undefined);
    Object.assign(world.source, { obeys: true });
    other.gate.open();
    expect((await handle.result()).outcome).toBe('succeeded');
  });

  test('a disk that falls back gives the slot of its plugin back, and asks for one of its host', async () => {
    const { handle } = await start({ methods: [BY_PLUGIN_ELSE_IMPORT], convert: false }, ({ script }) =>
      script.fail('awaitPlugin', 'CopyRefused'),
    );
    expect((await handle.result()).outcome).toBe('succeeded');
    const events = (await said(handle)).flat();
    expect(events.map((event) => (event.kind === 'ask' ? event.wants[0]!.needs[0] : event.keys))).toEqual([
      'plugin/lab.drover.dev/offload-plugin',
      ['disk-2000'],
      expect.stringMatching(/^host\//),
      ['disk-2000'],
    ]);
    expect(events.map((event) => event.kind === 'ask' && event.isOff)).toEqual([false, false, true, false]);
  });

  test('a VM that waits and is reset waits on, as who it was', async () => {
    const other = await standing('awaitImport');
    const { vm, world, handle } = await start();
    await waiting({ vm, world, handle });
    const run = await reset(lab, handle);
    expect(run).not.toBe(handle.firstExecutionRunId);
    await waiting({ vm, world, handle });
    expect(world.source.on).toBe(true);

    other.gate.open();
    const { outcome } = await lab.client.workflow.getHandle(handle.workflowId).result();
    expect(outcome).toBe('succeeded');
    expect(await holders(lab)).toEqual([]);
  });

  test('what a terminated migration held is the next one’s within two minutes', async () => {
    const gone = await standing('awaitImport');
    const next = await start();
    await waiting(next);
    const before = Date.now();
    await gone.handle.terminate();
    expect((await next.handle.result()).outcome).toBe('succeeded');
    expect(Date.now() - before).toBeLessThan(120_000);
  }, 180_000);
});

test('a retry with every disk copied waits for nobody', async () => {
  await limitTo(lab, {});
  const started = await start({ convert: false }, ({ script }) =>
    script.fail('markVolume', 'TargetRightsMissing', { times: 1 }),
  );
  expect(await lab.parked(started.vm)).toMatchObject({ phase: 'copy', disks: [{ phase: 'copied' }] });
  await retry(started);
  expect((await started.handle.result()).outcome).toBe('succeeded');
  expect(started.world.copies).toHaveLength(1);
});

/** Every step that can fail on the way forward, once. */
const STEPS: ActivityName[] = [
  'checkTarget',
  'checkSource',
  'bindVolumes',
  'readPower',
  'shutDownGuest',
  'awaitPoweredOff',
  'releaseVolumes',
  'startPlugin',
  'awaitPlugin',
  'awaitImport',
  'markVolume',
  'startConversion',
  'awaitConversion',
  'createMachine',
  'startMachine',
  'awaitMachineRunning',
  'tidy',
];

test.each(STEPS)('a VM that parks in %s holds nothing, and a retry brings it to its end', async (step) => {
  await limitTo(lab, {});
  const started = await start({ methods: [BY_PLUGIN, BY_IMPORT] }, ({ script }) =>
    // The first mark is tried again when all disks are copied.
    script.fail(step, 'TargetRightsMissing', { times: step === 'markVolume' ? 2 : 1 }),
  );
  const { waitingSince } = await lab.parked(started.vm);
  expect(waitingSince).toBeUndefined();
  await eventually(async () => (await holders(lab)).length === 0);
  await retry(started);
  expect((await started.handle.result()).outcome).toBe('succeeded');
  expect(await holders(lab)).toEqual([]);
});

test('guests are converted one after the other where the cluster converts one at once', async () => {
  await limitTo(lab, { conversions: 1 });
  const first = await standing('awaitConversion');
  const second = await start();
  await lab.until(second.vm, ({ phase, waitingSince }) => phase === 'convert' && waitingSince !== undefined);
  expect(second.world.converting).toBe(false);
  expect(await held(second)).toEqual([]);
  first.gate.open();
  expect((await second.handle.result()).outcome).toBe('succeeded');
  expect((await first.handle.result()).outcome).toBe('succeeded');
});

test('a VM whose conversion waits can be aborted, and leaves nothing', async () => {
  await limitTo(lab, { conversions: 1 });
  const first = await standing('awaitConversion');
  const second = await start();
  await lab.until(second.vm, ({ phase, waitingSince }) => phase === 'convert' && waitingSince !== undefined);
  await second.handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await second.handle.result()).outcome).toBe('aborted');
  expect(second.world.leftovers()).toEqual([]);
  expect(second.world.source.on).toBe(true);
  first.gate.open();
  await first.handle.result();
  expect(await holders(lab)).toEqual([]);
});

test('copies go on where transferSlots is terminated, and one that begins anew grants nobody what they use', async () => {
  await limitTo(lab, {});
  const most = DEFAULT_LIMITS.host;
  const first = await standing('awaitImport', {
    methods: Array.from({ length: most }, () => BY_IMPORT),
    policy: { maxConcurrentDisks: most },
  });
  await eventually(async () => (await held(first)).length === most);
  await endTransferSlots(lab);
  // From nothing, as in a real namespace: it has to ask who holds what.
  lab.slots = {};
  const second = await start();
  await waiting(second);
  await eventually(async () => (await slotsHistory()).some(({ timerFiredEventAttributes: fired }) => fired));
  expect(await held(first)).toHaveLength(most);
  expect(second.world.source.on).toBe(true);
  first.gate.open();

  expect((await first.handle.result()).outcome).toBe('succeeded');
  expect((await second.handle.result()).outcome).toBe('succeeded');
  expect(first.world.copies).toHaveLength(most);
});

async function slotsHistory() {
  const { events } = await lab.client.workflow
    .getHandle(TRANSFER_SLOTS_ID)
    .fetchHistory()
    .catch(() => ({ events: [] }));
  return events ?? [];
}
