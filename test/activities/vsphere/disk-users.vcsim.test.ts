/** Which VMs have a shared disk: a vCenter names all of them, whether a plan does or not. */
import { readDiskUsers } from '../../../activities/vsphere/disk-users';
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import type { Vim } from '../../../activities/vsphere/session';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { DiskSpec, VmSpec } from '../../../lab/vcenter-spec';
import { filesOf } from '../../../plan/disk-files';
import { shareDisk } from '../../support/share-disk';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const OWN: DiskSpec = { datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi' };
const vm = (name: string, disks: DiskSpec[], powerState: VmSpec['powerState']): VmSpec => ({
  name,
  firmware: 'bios',
  cpus: 1,
  coresPerSocket: 1,
  memoryMiB: 64,
  guestId: 'debian12_64Guest',
  powerState,
  nics: [],
  disks,
});

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture({
    ...DEMO_INVENTORY,
    vms: [
      vm('node-1', [OWN, { ...OWN, shared: true }], 'poweredOff'),
      vm('node-2', [OWN], 'poweredOff'),
      vm('node-3', [OWN], 'poweredOn'),
      vm('neighbour', [OWN], 'poweredOn'),
    ],
  });
  const quorum = { path: '[ssd-1] node-1/node-1_1.vmdk', sizeMiB: 1 };
  for (const name of ['node-2', 'node-3']) await shareDisk(vcenter, use, await vcenter.moref(name), quorum);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

function use<T>(work: (vim: Vim) => Promise<T>): Promise<T> {
  return vcenter.pool.use(vcenter.source, work);
}

async function usersFor(...names: string[]) {
  const morefs = await Promise.all(names.map((name) => vcenter.moref(name)));
  const { diskUsers, vms } = await use((vim) => readPlanSource(vim, () => morefs));
  const shared = Object.values(vms).flatMap(({ disks }) => disks.filter((disk) => disk.shared));
  const ofShared = shared.map((disk) =>
    diskUsers.get(filesOf(disk)[0]!.file)?.map(({ name, powerState }) => [name, powerState]),
  );
  return { files: diskUsers.size, ofShared };
}

test('every VM that has the disk is named, with its power, and no other of the datastore', async () => {
  const all = [
    ['node-1', 'poweredOff'],
    ['node-2', 'poweredOff'],
    ['node-3', 'poweredOn'],
  ];
  const { files, ofShared } = await usersFor('node-2');
  expect(files).toBe(1);
  expect(ofShared.map((users) => users?.sort())).toEqual([all]);
});

test('nobody is asked for where no disk is shared', async () => {
  expect(await usersFor('neighbour')).toEqual({ files: 0, ofShared: [] });
  const moref = await vcenter.moref('neighbour');
  const calls: string[] = [];
  await use(async (vim) => {
    const { vms } = await readPlanSource(vim, () => [moref]);
    const counted: Vim = {
      ...vim,
      call: (operation, ...rest) => {
        calls.push(operation);
        return vim.call(operation, ...rest);
      },
    };
    await readDiskUsers(counted, Object.values(vms));
  });
  expect(calls).toEqual([]);
});
