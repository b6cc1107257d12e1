import { MockActivityEnvironment } from '@temporalio/testing';
import { readFormerSuccesses } from '../../activities/former-successes';
import type { Cluster } from '../../activities/kubernetes/access/clusters';
import { refuseFormer } from '../../activities/kubernetes/target/refuse-former';
import type { FormerSuccess } from '../../plan/earlier';
import type { FrozenVm } from '../../plan/frozen';
import { abortUpdate } from '../../workflows/temporal-api';
import { eventually } from '../support/eventually';
import { frozenVm } from '../support/frozen-vm';
import { OPERATOR, WorkflowLab } from '../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());

function read(
  vms: readonly FrozenVm[],
  { url = vms[0]!.target.url, client = true } = {},
): Promise<FormerSuccess[]> {
  const environment = new MockActivityEnvironment({}, client ? { client: lab.client } : {});
  const sources = vms.map(({ vcenterUuid, vm }) => ({ vcenterUuid, moref: vm.moref }));
  return environment.run(readFormerSuccesses, sources, url);
}

async function migrated(): Promise<FrozenVm> {
  const vm = frozenVm();
  lab.world(vm);
  await (await lab.migrate(vm)).result();
  return vm;
}

test('a success is known with its plan, its target and its end, and the latest of several counts', async () => {
  const vm = await migrated();
  const [first] = await eventually(async () => {
    const found = await read([vm]);
    return found.length > 0 ? found : undefined;
  });
  expect(first).toEqual({
    vcenterUuid: vm.vcenterUuid,
    moref: vm.vm.moref,
    plan: vm.plan,
    target: { namespace: vm.namespace, name: vm.targetName },
    instanceUuid: vm.vm.instanceUuid,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
  });
  lab.world(vm);
  await (await lab.migrate(vm)).result();
  await eventually(async () => (await read([vm]))[0]!.at > first!.at);
  expect(await read([vm])).toHaveLength(1);
});

test('of two VMs that had the same id after each other, each has its record', async () => {
  const vm = await migrated();
  const another = { ...vm, vm: { ...vm.vm, instanceUuid: 'of-another-vm' } };
  lab.world(another);
  await (await lab.migrate(another)).result();
  const found = await eventually(async () => {
    const records = await read([vm]);
    return records.length > 1 ? records : undefined;
  });
  const nothing = { api: { list: () => Promise.resolve({ items: [] }) } } as unknown as Cluster;
  const environment = new MockActivityEnvironment({}, { client: lab.client });
  await expect(environment.run(refuseFormer, nothing, vm)).rejects.toMatchObject({ type: 'AlreadyMigrated' });
  const third = { ...vm, vm: { ...vm.vm, instanceUuid: 'of-a-third-vm' } };
  await environment.run(refuseFormer, nothing, third);
  expect(found.map(({ instanceUuid }) => instanceUuid).sort()).toEqual(
    [vm.vm.instanceUuid, 'of-another-vm'].sort(),
  );
});

test('of another cluster, of a VM that was given up, and of one that never was, there is none', async () => {
  const [done, never, aborted] = [await migrated(), frozenVm(), frozenVm()];
  lab.world(aborted).script.fail('checkTarget', 'QuotaExceeded');
  const handle = await lab.migrate(aborted);
  await lab.parked(aborted);
  await handle.executeUpdate(abortUpdate, { args: [OPERATOR] });
  await handle.result();

  await eventually(async () => (await read([done])).length === 1);
  expect(await read([done], { url: 'https://another.example.com:6443' })).toEqual([]);
  expect(await read([never, aborted])).toEqual([]);
});

test('a worker that cannot ask knows of none, and an id that is no id of ours is not asked for', async () => {
  const vm = await migrated();
  await eventually(async () => (await read([vm])).length === 1);
  expect(await read([vm], { client: false })).toEqual([]);
  const forged = { ...vm, vm: { ...vm.vm, moref: `${vm.vm.moref}' OR WorkflowId != '` } };
  expect(await read([forged])).toEqual([]);
});
