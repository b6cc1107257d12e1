import type { FrozenVm } from '../../../plan/frozen';
import { abortUpdate, giveUpSignal, stateQuery, type VmState } from '../../../workflows/temporal-api';
import { slotsGrantedSignal } from '../../../workflows/transfer-slots/messages';
import { eventually } from '../../support/eventually';
import type { FakeWorld } from '../../support/fake-world';
import { frozenVm } from '../../support/frozen-vm';
import type { Gate } from '../../support/script';
import { holders, limitTo, said } from '../../support/transfer-slots';
import { OPERATOR, WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => limitTo(lab, { host: 1 }));

interface Started {
  vm: FrozenVm;
  world: FakeWorld;
  handle: MigrationHandle;
}

async function start(priority?: number): Promise<Started> {
  const vm = { ...frozenVm(), ...(priority !== undefined && { priority }) };
  const world = lab.world(vm);
  return { vm, world, handle: await lab.migrate(vm) };
}

/** One that copies from the only host until the gate is opened. */
async function copying(): Promise<Started & { gate: Gate }> {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('awaitImport', true, { times: 1 });
  const handle = await lab.migrate(vm);
  await gate.reached;
  return { vm, world, handle, gate };
}

function waiting({ vm }: Started): Promise<VmState> {
  return lab.until(vm, ({ phase, waitingSince }) => phase === 'await-turn' && waitingSince !== undefined);
}

test('a source runs on while another VM copies from its host, and is stopped when its turn has come', async () => {
  const first = await copying();
  const second = await start();
  const copiedBefore: number[] = [];
  second.world.script.run('shutDownGuest', () => copiedBefore.push(first.world.copies.length));

  const state = await waiting(second);
  expect(state.disks.map(({ phase, waitingSince }) => [phase, waitingSince])).toEqual([
    ['waiting', state.waitingSince],
  ]);
  expect(second.world.source.on).toBe(true);
  first.gate.open();

  const results = await Promise.all([first.handle.result(), second.handle.result()]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
  expect(copiedBefore).toEqual([1]);
  expect(results[1]?.waitingSince).toBeUndefined();
  expect(results[1]?.disks[0]?.waitingSince).toBeUndefined();
  expect(await holders(lab)).toEqual([]);
});

test.each<[string, (handle: MigrationHandle) => Promise<unknown>]>([
  ['an abort', (handle) => handle.executeUpdate(abortUpdate, { args: [OPERATOR] })],
  ['the word of its wave', (handle) => handle.signal(giveUpSignal, OPERATOR)],
  ['a cancellation', (handle) => handle.cancel()],
])('%s ends the wait at once, leaves nothing, and the source was never touched', async (_, giveUp) => {
  const first = await copying();
  const second = await start();
  await waiting(second);

  await giveUp(second.handle);
  expect((await second.handle.result()).outcome).toBe('aborted');
  expect(second.world.leftovers()).toEqual([]);
  expect(second.world.source).toMatchObject({ on: true, boots: 1 });
  expect(second.world.log).not.toContain('guest asked to shut down');
  await eventually(async () => (await holders(lab)).length === 1);

  first.gate.open();
  expect((await first.handle.result()).outcome).toBe('succeeded');
});

test('what is granted to another run, for what nobody asked, or in no readable way, lets nobody begin', async () => {
  const first = await copying();
  const second = await start();
  await waiting(second);
  const { runId } = await second.handle.describe();
  const key = `disk-${second.vm.disks[0]!.key}`;

  for (const bad of [[], [null], [{ runId, keys: key }], [{ runId }], [{ keys: [key] }]])
    await second.handle.signal('slotsGranted', ...(bad as [never]));
  await second.handle.signal(slotsGrantedSignal, { runId: first.handle.firstExecutionRunId, keys: [key] });
  await second.handle.signal(slotsGrantedSignal, { runId, keys: ['conversion', 'disk-1'] });
  const { phase } = await second.handle.query(stateQuery);
  expect(phase).toBe('await-turn');
  expect(second.world.source.on).toBe(true);

  first.gate.open();
  expect((await second.handle.result()).outcome).toBe('succeeded');
});

test('a VM of higher priority comes first, though it has asked later', async () => {
  const first = await copying();
  const low = await start();
  await waiting(low);
  const high = await start(9);
  await waiting(high);
  const copiedBefore: number[] = [];
  low.world.script.run('shutDownGuest', () => copiedBefore.push(high.world.copies.length));

  first.gate.open();
  await Promise.all([low.handle.result(), high.handle.result()]);
  expect(copiedBefore).toEqual([1]);
});

test('after a long wait a source is looked at again: one that has changed is not stopped, and one that has moved asks for its new host', async () => {
  const first = await copying();
  const [changed, moved] = [await start(), await start()];
  const [since] = await Promise.all([waiting(changed), waiting(moved)]);
  changed.world.script.fail('checkSource', 'SourceChanged');
  moved.world.source.host = 'esx-2.example.com';
  // No event tells when a wait has become long.
  await eventually(() => Date.now() - Date.parse(since.waitingSince!) > 61_000);
  first.gate.open();

  const parked = await lab.parked(changed.vm);
  expect(parked.attention).toMatchObject({ phase: 'await-turn', failure: { kind: 'SourceChanged' } });
  expect(changed.world.source.on).toBe(true);
  expect((await moved.handle.result()).outcome).toBe('succeeded');
  const asked = (await said(moved.handle)).flat().filter((event) => event.kind === 'ask');
  expect(asked.flatMap(({ wants }) => wants.map(({ needs }) => needs[0]))).toEqual([
    expect.stringMatching(/^host\/.*\/esx-1\.example\.com$/),
    expect.stringMatching(/^host\/.*\/esx-2\.example\.com$/),
    expect.stringMatching(/^conversions\//),
  ]);
});
