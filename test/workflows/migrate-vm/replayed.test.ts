/** Workers that know nothing but the history: as after the death of the one that did the step before. */
import { BY_IMPORT, BY_PLUGIN, BY_PLUGIN_ELSE_IMPORT, frozenVm } from '../../support/frozen-vm';
import type { VmActivityName } from '../../support/fake-activities';
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
  expect(world.breaches).toEqual([]);
});
