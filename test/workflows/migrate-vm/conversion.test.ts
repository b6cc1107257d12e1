import type { ConversionAttempt } from '../../../activities/interfaces';
import { abortUpdate, retryUpdate } from '../../../workflows/temporal-api';
import { BY_IMPORT, frozenVm } from '../../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

test('room for the conversion is there before the source stops', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  const gate = world.script.hold('shutDownGuest', true);
  const handle = await lab.migrate(vm);
  await gate.reached;
  expect(world.leftovers()).toContain('scratch');
  gate.open();
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.leftovers()).not.toContain('scratch');
});

test('a conversion that is lost is carried on by the next attempt, on the copies that are there', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT], policy: { convertAttempts: 3 } });
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionLost', { times: 2 });

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [], conversion: { converted: true } });
  expect(world.copies).toHaveLength(2);
  expect(world.contents()).toEqual(['disk-0 as of boot 1, converted', 'disk-1 as of boot 1, converted']);
  expect(world.breaches).toEqual([]);
  expect(world.scratch).toBeNull();
});

test('after as many lost conversions as the plan allows the VM parks, and a retry carries on', async () => {
  const vm = frozenVm({ policy: { convertAttempts: 2 } });
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionLost', { times: 2 });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'convert', failure: { kind: 'ConversionLost' } });
  expect(world.scratch).not.toBeNull();
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a conversion that fails parks at once; a retry converts the same copies again', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionFailed', { times: 1 });
  const handle = await lab.migrate(vm);

  await lab.parked(vm);
  expect(world.converting).toBe(false);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(1);
  expect(world.contents()).toEqual(['disk-0 as of boot 1, converted']);
});

test('where the scratch volume is lost, no one knows what the disks hold: a retry copies them again', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_IMPORT] });
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ScratchLost', { times: 1 });
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention?.failure.kind).toBe('ScratchLost');
  expect(parked.disks.map(({ phase }) => phase)).toEqual(['waiting', 'waiting']);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(4);
  expect(world.log.filter((line) => line === 'guest asked to shut down')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a scratch volume that is lost before the first bind ends is made anew by a retry', async () => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = lab.world(vm);
  world.script.run('bindVolumes', () => void (world.scratch = ''), { times: 1 });
  world.script.fail('bindVolumes', 'VolumeLost', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention).toMatchObject({
    phase: 'volumes',
    failure: { kind: 'VolumeLost' },
  });
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.log).toContain('discarded the scratch volume');
  expect(world.breaches).toEqual([]);
});

test('a refusal to make the conversion leaves the copies good: the retry is a first attempt', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('startConversion', 'QuotaExceeded', { times: 1 });
  const handle = await lab.migrate(vm);

  await lab.parked(vm);
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('succeeded');
  expect(world.copies).toHaveLength(1);
});

test('a conversion whose Pod never ran is begun by the next, and needs nothing of it', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionNotStarted', { times: 1 });
  world.script.run('startConversion', ([, attempt]) => resumed.push((attempt as ConversionAttempt).resume));
  const resumed: boolean[] = [];

  expect((await (await lab.migrate(vm)).result()).outcome).toBe('succeeded');
  expect(resumed).toEqual([false, false]);
});

test('one that ran is carried on by the next', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionLost', { times: 1 });
  world.script.run('startConversion', ([, attempt]) => resumed.push((attempt as ConversionAttempt).resume));
  const resumed: boolean[] = [];

  expect((await (await lab.migrate(vm)).result()).outcome).toBe('succeeded');
  expect(resumed).toEqual([false, true]);
});

test.each([
  'GuestNotRecognized',
  'GuestUnsupported',
  'GuestMultiBoot',
  'GuestUnclean',
  'GuestEncrypted',
  'GuestDriversMissing',
] as const)('a guest that is refused as %s starts as it is, where the plan says so', async (kind) => {
  const vm = frozenVm({ policy: { onUnconvertible: 'startUnconverted' } });
  const world = lab.world(vm);
  world.script.fail('awaitConversion', kind, { times: 1 });

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: false } });
  expect(result.conversion?.warnings).toEqual([expect.stringContaining(kind)]);
  expect(world.contents()).toEqual(['disk-0 as of boot 1']);
  expect(world.markers()).toEqual(['copied']);
});

test('a guest that can not be converted parks, where the plan does not say what else', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'GuestEncrypted', { times: 1 });
  const handle = await lab.migrate(vm);

  expect((await lab.parked(vm)).attention?.failure.kind).toBe('GuestEncrypted');
  expect(world.machine).toBeNull();
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('aborted');
});

test('nothing of a failed conversion is left when a migration is given up', async () => {
  const vm = frozenVm();
  const world = lab.world(vm);
  world.script.fail('awaitConversion', 'ConversionFailed', { times: 1 });
  const handle = await lab.migrate(vm);

  await lab.parked(vm);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });

  expect((await handle.result()).outcome).toBe('aborted');
  expect(world.leftovers()).toEqual([]);
  expect(world.source.on).toBe(true);
});

test('a Windows guest whose drivers are missing is refused while its source still runs', async () => {
  const vm = frozenVm();
  vm.hardware.guestId = 'windows2019srv_64Guest';
  const world = lab.world(vm);
  world.virtioWin = false;
  const handle = await lab.migrate(vm);

  const parked = await lab.parked(vm);
  expect(parked.attention).toMatchObject({ phase: 'volumes', failure: { kind: 'GuestDriversMissing' } });
  expect(world.source).toMatchObject({ on: true, goingDown: false });
  world.virtioWin = true;
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect(await handle.result()).toMatchObject({ outcome: 'succeeded', conversion: { converted: true } });
});

test('it goes on as it is, where the plan says so', async () => {
  const vm = frozenVm({ policy: { onUnconvertible: 'startUnconverted' } });
  vm.hardware.guestId = 'winXPProGuest';
  const world = lab.world(vm);
  world.virtioWin = false;

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', conversion: { converted: false } });
  expect(result.conversion?.warnings).toEqual([expect.stringContaining('GuestDriversMissing')]);
  expect(world.markers()).toEqual(['copied']);
  expect(world.log).not.toContain('converted');
});
