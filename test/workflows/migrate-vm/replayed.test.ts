/** Workers that know nothing but the history: as after the death of the one that did the step before. */
import { BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT, frozenVm } from '../../support/frozen-vm';
import type { VmActivityName } from '../../support/fake-activities';
import { limitTo, said } from '../../support/transfer-slots';
import { WorkflowLab } from '../../support/workflow-lab';

let isNew = true;
let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start({ forgetful: true, isNew: () => isNew });
});
afterAll(() => lab.stop());

/** How long each call of an activity takes, in turn. */
const PACES_MS = [0, 120, 40, 80];

test('each copy has one name, whoever is told it and whenever', async () => {
  const vm = frozenVm({ methods: [BY_PLUGIN, BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT] });
  const world = lab.world(vm);
  // Local activities that begin together and end apart.
  let calls = 0;
  const dawdle = () =>
    new Promise((resolve) => setTimeout(resolve, PACES_MS[(calls += 1) % PACES_MS.length]));
  world.script.run('readPower', dawdle);
  world.script.run('markVolume', dawdle);
  world.script.fail('awaitPlugin', 'CopyRefused', { disk: 3 });

  const result = await (await lab.migrate(vm)).result();

  expect(result).toMatchObject({ outcome: 'succeeded', decisions: [] });
  const told = world.copies.filter(({ method }) => method === 'plugin');
  expect(told.map(({ disk }) => disk).sort()).toEqual([0, 2]);
  for (const { disk, copyId } of told)
    expect(world.volume(vm.disks[disk]!.volumeName).marker?.copyId).toBe(copyId);
  expect(world.breaches).toEqual([]);
});

test.each<[string, VmActivityName, string[]]>([
  ['while it copied goes on as it began', 'awaitImport', ['startConversion', 'createMachine', 'tidy']],
  ['before it had volumes has brief steps', 'checkTarget', []],
])('a migration whose workers were upgraded %s', async (_, step, asActivities) => {
  const vm = frozenVm({ methods: [BY_IMPORT] });
  const world = lab.world(vm);
  const gate = world.script.hold(step, true, { times: 1 });
  isNew = false;
  const handle = await lab.migrate(vm);
  await gate.reached;
  isNew = true;
  gate.open();

  expect((await handle.result()).outcome).toBe('succeeded');
  const { events } = await handle.fetchHistory();
  const scheduled = events?.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  const brief = ['startConversion', 'createMachine', 'tidy'];
  expect(scheduled?.filter((name) => name != null && brief.includes(name))).toEqual(asActivities);
  // Its source is off already, or it waits for its turn as every new one.
  expect((await said(handle)).length > 0).toBe(asActivities.length === 0);
  expect(world.breaches).toEqual([]);
});

test('a VM waits for its turn, whoever has taken the step before', async () => {
  await limitTo(lab, { host: 1 });
  const [first, second] = [frozenVm({ methods: [BY_IMPORT, BY_IMPORT] }), frozenVm()];
  const [world, other] = [lab.world(first), lab.world(second)];
  const gate = world.script.hold('awaitImport', true);
  const handle = await lab.migrate(first);
  await gate.reached;
  const waits = await lab.migrate(second);
  await lab.until(second, ({ phase, waitingSince }) => phase === 'await-turn' && waitingSince !== undefined);
  expect(other.source.on).toBe(true);
  gate.open();

  const results = await Promise.all([handle.result(), waits.result()]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
  expect(world.mostCopiersAtOnce).toBe(1);
  expect([...world.breaches, ...other.breaches]).toEqual([]);
});
