/** Which VMs have a shared disk: a vCenter names all of them, whether a plan does or not. */
import { readDiskUsers } from '../../../activities/vsphere/disk-users';
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import type { Vim } from '../../../activities/vsphere/session';
import { awaitTask } from '../../../activities/vsphere/task';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { DiskSpec, VmSpec } from '../../../lab/vcenter-spec';
import { filesOf } from '../../../plan/disk-files';
import { ask, BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

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
  for (const name of ['node-2', 'node-3']) await attach(await vcenter.moref(name));
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

/** Gives a VM the shared disk of node-1, as an administrator does: an existing file. */
async function attach(moref: string): Promise<void> {
  const controllerKey = await use(async (vim) => {
    const { vms } = await readPlanSource(vim, () => [moref]);
    return vms[moref]!.disks[0]!.controllerKey;
  });
  const task = await asAdministrator(`
    <ReconfigVM_Task><_this type="VirtualMachine">${moref}</_this><spec><deviceChange>
      <operation>add</operation>
      <device xsi:type="VirtualDisk">
        <key>-1</key>
        <backing xsi:type="VirtualDiskFlatVer2BackingInfo">
          <fileName>[ssd-1] node-1/node-1_1.vmdk</fileName>
          <diskMode>persistent</diskMode>
          <sharing>sharingMultiWriter</sharing>
        </backing>
        <controllerKey>${controllerKey}</controllerKey>
        <unitNumber>1</unitNumber>
        <capacityInKB>1024</capacityInKB>
      </device>
    </deviceChange></spec></ReconfigVM_Task>`);
  await use((vim) => awaitTask(vim, { attributes: { type: 'Task' }, $value: task }));
}

/** A call that Drover has no need of, in a session of its own. Returns the reference that is answered. */
async function asAdministrator(call: string): Promise<string> {
  const login = await post(
    `<Login><_this type="SessionManager">SessionManager</_this>
      <userName>${vcenter.username}</userName><password>${vcenter.password}</password></Login>`,
  );
  const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { body } = await post(call, { cookie });
  const [, answered] = /<returnval[^>]*>([^<]+)</.exec(body.toString()) ?? [];
  if (answered === undefined) throw new Error(body.toString());
  return answered;
}

function post(call: string, headers: Record<string, string> = {}) {
  const body = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Body>${call.replace(/<(\w+)>/, '<$1 xmlns="urn:vim25">')}</Body></Envelope>`;
  return ask(vcenter, '/sdk', { method: 'POST', login: false, headers, body });
}

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
