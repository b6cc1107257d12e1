/** Estimates on a real Temporal server: what one migration's copies took, the next one hears with its grants. */
import { TRANSFER_SLOTS_ID } from '../../../plan/workflow-ids';
import { ratesQuery, type RateView } from '../../../workflows/transfer-slots/messages';
import { eventually } from '../../support/eventually';
import { BY_IMPORT, BY_PLUGIN, frozenVm, type FrozenVmSketch } from '../../support/frozen-vm';
import { limitTo, said } from '../../support/transfer-slots';
import { WorkflowLab, type MigrationHandle } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => limitTo(lab, {}));

async function migrate(sketch: FrozenVmSketch): Promise<MigrationHandle> {
  const vm = frozenVm(sketch);
  lab.world(vm);
  const handle = await lab.migrate(vm);
  await handle.result();
  return handle;
}

function rates(): Promise<RateView[]> {
  return lab.client.workflow.getHandle(TRANSFER_SLOTS_ID).query(ratesQuery);
}

test('before anything is measured no estimate is known; afterwards the next VM has one for each disk', async () => {
  const first = await migrate({ methods: [BY_IMPORT, BY_PLUGIN] });
  const { disks } = await first.result();
  expect(disks.map(({ estimatedSeconds }) => estimatedSeconds)).toEqual([undefined, undefined]);

  await eventually(async () => (await rates()).some(({ of }) => of === 'conversions'));
  const kinds = (await rates()).map(({ of }) => of);
  expect(kinds).toEqual(
    expect.arrayContaining(['import', 'plugin', 'plugin/lab.drover.dev/offload-plugin', 'conversions/own']),
  );
  expect(kinds.filter((of) => of.includes(' datastore/'))).toHaveLength(2);
  for (const { low, likely, high } of await rates()) {
    expect(low).toBeGreaterThan(0);
    expect(likely).toBeGreaterThan(low);
    expect(high).toBeGreaterThan(likely);
  }

  const second = await migrate({ methods: [BY_IMPORT, BY_PLUGIN] });
  for (const { estimatedSeconds } of (await second.result()).disks) {
    expect(estimatedSeconds).toHaveLength(2);
    expect(estimatedSeconds![0]).toBeLessThanOrEqual(estimatedSeconds![1]);
  }
});

test('a copy is measured from its begin to its end by the capacity of its disk, in no signal of its own', async () => {
  const handle = await migrate({ methods: [BY_IMPORT], convert: false });
  const [disk] = (await handle.result()).disks;
  const releases = (await said(handle)).flat().filter((event) => event.kind === 'release');
  expect(releases).toHaveLength(1);
  const [attempt] = disk!.attemptLog!;
  const seconds = (Date.parse(attempt!.endedAt!) - Date.parse(attempt!.startedAt)) / 1000;
  expect(releases[0]).toMatchObject({
    measured: [{ key: `disk-${disk!.key}`, bytes: disk!.capacityBytes, seconds }],
  });
});
