/** Migrations whose imports are read at the ESXi host that the VM is on: what becomes of them where the VM moves. */
import type { FrozenVm } from '../../../plan/frozen';
import { retryUpdate } from '../../../workflows/temporal-api';
import type { FakeWorld } from '../../support/fake-world';
import { BY_IMPORT, BY_PLUGIN, frozenVm } from '../../support/frozen-vm';
import { limitTo } from '../../support/transfer-slots';
import { OPERATOR, WorkflowLab } from '../../support/workflow-lab';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(() => lab.stop());
beforeEach(() => limitTo(lab, {}));

const HOSTS = ['host-1', 'host-2'].map((moref) => ({
  moref,
  url: `https://${moref}.example.com/sdk`,
  secret: { namespace: 'mtv', name: `${moref}-login` },
}));

/** An import and a plugin's disk. */
function onHost(hosts = HOSTS): { vm: FrozenVm; world: FakeWorld } {
  const vm = frozenVm({ methods: [BY_IMPORT, BY_PLUGIN] });
  vm.source = { ...vm.source, hosts };
  const world = lab.world(vm);
  world.source.host = 'host-1';
  return { vm, world };
}

const readAt = ({ volumes }: FakeWorld) => [...volumes.values()].map((volume) => volume.readAt);
const made = ({ log }: FakeWorld) => log.filter((line) => /^(made|discarded) disk/.test(line));
const ALL = ['made disk-0', 'made disk-1'];
const AGAIN = ['discarded disk-0', 'made disk-0'];

test('imports of a VM name the ESXi host that it is on', async () => {
  const { vm, world } = onHost();
  const handle = await lab.migrate(vm);
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(readAt(world)).toEqual(['host-1', undefined]);
  expect(made(world)).toEqual(ALL);
  expect(world.breaches).toEqual([]);
});

test('where the VM is on another host once its source is to be stopped, its imports are made again first, and the source runs meanwhile', async () => {
  const { vm, world } = onHost();
  const ranAt: boolean[] = [];
  world.script.run('bindVolumes', () => {
    world.source.host = 'host-2';
    ranAt.push(world.source.on);
  });
  const handle = await lab.migrate(vm);
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(readAt(world)).toEqual([undefined, 'host-2']);
  expect(made(world)).toEqual([...ALL, ...AGAIN]);
  expect(world.breaches).toEqual([]);
});

test('a source that was moved while it was off is read where it is, and is stopped once', async () => {
  const { vm, world } = onHost();
  world.script.run('shutDownGuest', () => (world.source.host = 'host-2'));
  const handle = await lab.migrate(vm);
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(readAt(world)).toEqual([undefined, 'host-2']);
  expect(made(world)).toEqual([...ALL, ...AGAIN]);
  expect(world.log.filter((line) => line === 'guest asked to shut down')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});

test('a VM that moves to an ESXi host without a Host is imported through the vCenter', async () => {
  const { vm, world } = onHost(HOSTS.slice(0, 1));
  world.script.run('bindVolumes', () => (world.source.host = 'host-2'));
  const handle = await lab.migrate(vm);
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(readAt(world)).toEqual([undefined, undefined]);
  expect(made(world)).toEqual([...ALL, ...AGAIN]);
});

test('a retry after a failed import reads at the ESXi host that the VM is on by then; what is copied stays', async () => {
  const { vm, world } = onHost();
  world.script.fail('awaitImport', 'ImportRestarts', { times: 1 });
  const handle = await lab.migrate(vm);
  await lab.parked(vm);
  world.source.host = 'host-2';
  await handle.executeUpdate(retryUpdate, { args: [OPERATOR] });
  expect((await handle.result()).outcome).toBe('succeeded');
  expect(readAt(world)).toEqual([undefined, 'host-2']);
  expect(world.copies.filter(({ method }) => method === 'plugin')).toHaveLength(1);
  expect(world.breaches).toEqual([]);
});
