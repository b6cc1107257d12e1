import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { CONVERSION } from '../../support/fake-activities';
import { WorkflowLab } from '../../support/workflow-lab';
import { searchAttributes, stateQuery } from '../../../workflows/contract';

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
  expect(result.disks.map((disk) => [disk.phase, disk.method])).toEqual([
    ['copied', 'plugin'],
    ['copied', 'import'],
    ['copied', 'plugin'],
  ]);
  expect(world.contents()).toEqual([0, 1, 2].map((index) => `disk-${index} as of boot 1, converted`));
  expect(world.markers()).toEqual(['converted', 'converted', 'converted']);
  expect(world.machine).toEqual({ running: true });
  expect(world.source.on).toBe(false);
  expect(world.breaches).toEqual([]);
});
