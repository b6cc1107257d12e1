import {
  listDatastores,
  listHosts,
  listAllNetworks,
  listNetworks,
  listVmRefs,
  readVm,
  readVms,
} from '../../../activities/vsphere/inventory';
import type { Vim } from '../../../activities/vsphere/session';
import { readSourceUuid } from '../../../activities/vsphere/source-uuid';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { VcenterSpec, VmSpec } from '../../../lab/vcenter-spec';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const TWIN: VmSpec = {
  name: 'web01',
  folder: 'teams/web',
  host: 'esxi-b.lab.drover.dev',
  firmware: 'efi',
  secureBoot: false,
  tpm: true,
  cpus: 8,
  coresPerSocket: 4,
  memoryMiB: 1536,
  guestId: 'windows2022srvNext_64Guest',
  powerState: 'poweredOff',
  changeTracking: true,
  nics: [
    {
      network: 'backend',
      mac: '00:50:56:10:00:09',
      connected: false,
      pciSlot: 192,
      guest: {
        addresses: ['192.0.2.10/24', '2001:db8::10/64'],
        origin: 'manual',
        gateway: '192.0.2.1',
        nameServers: ['192.0.2.53'],
      },
    },
  ],
  disks: [
    { datastore: 'ssd-2', sizeMiB: 1, bus: 'nvme', mode: 'independent_persistent' },
    { datastore: 'san-1', sizeMiB: 2, bus: 'sata', shared: true },
    { datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi', rdm: 'virtualMode' },
  ],
};
/** With a card on each kind of network. */
const WIRED: VmSpec = {
  ...TWIN,
  name: 'wired',
  folder: 'teams/net',
  nics: ['VM Network', 'backend', 'segment', 'torn down', 'torn group'].map((network, index) => ({
    network,
    mac: `00:50:56:10:01:0${index}`,
  })),
  disks: [{ datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi' }],
};
const SPEC: VcenterSpec = {
  ...DEMO_INVENTORY,
  networks: [
    ...DEMO_INVENTORY.networks,
    { name: 'segment', opaque: true },
    { name: 'torn down', gone: true },
    { name: 'torn group', distributed: true, gone: true },
  ],
  vms: [...DEMO_INVENTORY.vms, TWIN, WIRED],
};
/** What a card of a port group that is gone still says of it. */
const STILL_SAID: Record<string, string> = { 'torn group': 'dvportgroup-torn group' };

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

function use<T>(work: (vim: Vim) => Promise<T>): Promise<T> {
  return vcenter.pool.use(vcenter.source, work);
}

test('every VM is listed with its inventory path, also where an answer holds one object only', async () => {
  const paths = ['appliance', 'archive', 'db01', 'teams/net/wired', 'teams/web/web01', 'web01'].map(
    (path) => `/lab/vm/${path}`,
  );

  for (const pageSize of [1, 2, 100]) {
    const refs = await use((vim) => listVmRefs(vim, { pageSize }));
    expect(refs.map((ref) => ref.inventoryPath)).toEqual(paths);
    expect(new Set(refs.map((ref) => ref.moref)).size).toBe(paths.length);
  }
});

/** VMs, read alone and in a list, and the calls that reading them alone took. Absent: those on networks that are there. */
async function readBothWays(
  alter: (args: Record<string, unknown>) => void = () => undefined,
  chosen = ({ name }: { name: string }) => name !== WIRED.name,
) {
  return use(async (vim) => {
    const refs = (await listVmRefs(vim)).filter(chosen);
    const listed = await readVms(
      vim,
      refs.map(({ moref }) => moref),
    );
    const calls: string[] = [];
    const watched: Vim = {
      ...vim,
      call: (operation, args, ...rest) => {
        calls.push(operation);
        alter(args);
        return vim.call(operation, args, ...rest);
      },
    };
    const alone = [];
    for (const ref of refs) alone.push(await readVm(watched, ref));
    return { listed, alone, calls };
  });
}

test('a VM that is known is read in one call, and as in a list', async () => {
  const { listed, alone, calls } = await readBothWays();
  expect(alone).toEqual(listed);
  expect(calls).toEqual(alone.map(() => 'RetrievePropertiesEx'));
});

test('a VM some of whose networks are gone is read as in a list, too', async () => {
  const { listed, alone } = await readBothWays(undefined, ({ name }) => name === WIRED.name);
  expect(listed).toHaveLength(1);
  expect(alone).toEqual(listed);
});

test('a VM that vCenter has on no host is left out of a list, and is not there alone', async () => {
  const hostless = (vim: Vim): Vim => ({
    ...vim,
    call: (operation, args, ...rest) => {
      const { propSet = [] } = (args['specSet'] ?? {}) as { propSet?: { pathSet: string[] }[] };
      for (const each of propSet) each.pathSet = each.pathSet.filter((path) => path !== 'runtime.host');
      return vim.call(operation, args, ...rest);
    },
  });
  const moref = await vcenter.moref('db01');
  expect(await use((vim) => readVms(hostless(vim), [moref]))).toEqual([]);
  expect(await use((vim) => readVm(hostless(vim), { moref, inventoryPath: '/lab/vm/db01' }))).toBeNull();
});

test('names that come not with the VM are asked for', async () => {
  const { listed, alone, calls } = await readBothWays(({ specSet }) => {
    const { objectSet } = specSet as { objectSet: { selectSet?: unknown }[] };
    for (const object of objectSet) delete object.selectSet;
  });
  expect(alone).toEqual(listed);
  expect(calls).toHaveLength(2 * alone.length);
});

test.each(SPEC.vms.map((spec) => [`${spec.folder ?? ''}/${spec.name}`, spec] as const))(
  'the hardware of %s is read exactly as it was made',
  async (_, spec) => {
    const refs = await use((vim) => listVmRefs(vim));
    const path = ['/lab/vm', spec.folder, spec.name].filter((part) => part).join('/');
    const moref = refs.find((ref) => ref.inventoryPath === path)?.moref ?? '';
    const [vm] = await use((vim) => readVms(vim, [moref]));

    expect(vm).toMatchObject({
      moref,
      name: spec.name,
      inventoryPath: path,
      isTemplate: false,
      firmware: spec.firmware,
      secureBoot: spec.secureBoot ?? false,
      tpm: spec.tpm ?? false,
      cpu: { count: spec.cpus, coresPerSocket: spec.coresPerSocket },
      memoryMiB: spec.memoryMiB,
      guestId: spec.guestId,
      hasSnapshot: false,
      boot: [],
      concerns: spec.tpm === true ? [{ id: 'tpm' }] : [],
    });
    expect(vm?.power.state).toBe(spec.powerState);
    expect(vm?.power.bootTime !== null).toBe(spec.powerState === 'poweredOn');
    expect(vm?.tools.running).toBe(spec.powerState === 'poweredOn' && spec.tools !== false);
    expect(SPEC.hosts).toContain(vm?.host.name);
    expect(
      vm?.disks.map(({ bus, basePath, currentPath, capacityBytes, datastore, mode, shared, rdm }) => [
        bus,
        basePath,
        currentPath,
        capacityBytes,
        datastore.name,
        mode,
        shared,
        rdm,
      ]),
    ).toEqual(
      spec.disks.map((disk, index) => {
        const file = `[${disk.datastore}] ${spec.name}/${spec.name}${index === 0 ? '' : `_${index}`}.vmdk`;
        return [
          disk.bus,
          file,
          file,
          disk.sizeMiB << 20,
          disk.datastore,
          disk.mode ?? 'persistent',
          disk.shared ?? false,
          disk.rdm ?? null,
        ];
      }),
    );
    expect(vm?.disks.every((disk) => disk.changeTracking === (spec.changeTracking ?? false))).toBe(true);
    expect(
      vm?.nics.map(({ macAddress, network, connected }) => [macAddress, network.name, connected]),
    ).toEqual(
      spec.nics.map((nic) => [nic.mac, STILL_SAID[nic.network] ?? nic.network, nic.connected ?? true]),
    );
  },
);

test('networks that only cards still name are listed with those cards, by the ids that map them', async () => {
  const networks = await use((vim) => listAllNetworks(vim));
  const listed = await use((vim) => listNetworks(vim));
  const moref = await vcenter.moref('wired');
  const [vm] = await use((vim) => readVms(vim, [moref]));
  const label = (id: string) => vm?.nics.find(({ network }) => network.moref === id)?.label;
  expect(networks).toEqual([
    ...listed,
    ...['torn down', 'dvportgroup-torn group'].map((id) => ({
      moref: id,
      name: id,
      type: 'unlisted',
      onlyOn: `"${label(id)}" of VM "wired"`,
    })),
  ]);
  expect(listed.map(({ name }) => name)).toContain('segment');
});

test('each card says which entry of a map means its network, whatever kind that is of', async () => {
  const moref = await vcenter.moref('wired');
  const [[vm], networks] = await use(async (vim) =>
    Promise.all([readVms(vim, [moref]), listNetworks(vim)] as const),
  );
  const listed = (name: string) => networks.find((network) => network.name === name)?.moref;
  expect(vm?.nics.map(({ network }) => network)).toEqual([
    { moref: listed('VM Network'), name: 'VM Network' },
    { moref: listed('backend'), name: 'backend' },
    { moref: listed('segment'), name: 'segment' },
    { moref: 'torn down', name: 'torn down' },
    { moref: 'dvportgroup-torn group', name: 'dvportgroup-torn group' },
  ]);
  expect(listed('torn down') ?? listed('torn group')).toBeUndefined();
});

test('a VM that is gone is left out, and hides no other', async () => {
  const moref = await vcenter.moref('db01');
  const vms = await use((vim) => readVms(vim, ['vm-0815', moref]));
  expect(vms.map((vm) => vm.name)).toEqual(['db01']);
});

test('datastores, networks and hosts are listed; uplinks of switches are no networks', async () => {
  const [datastores, networks, hosts] = await use((vim) =>
    Promise.all([listDatastores(vim), listNetworks(vim), listHosts(vim)]),
  );
  expect(datastores.map(({ name }) => name)).toEqual(SPEC.datastores);
  expect(
    datastores.every(({ capacityBytes, freeBytes }) => capacityBytes >= freeBytes && freeBytes > 0),
  ).toBe(true);
  expect(networks.map(({ name, type }) => [name, type])).toEqual([
    ['VM Network', 'Network'],
    ['backend', 'DistributedVirtualPortgroup'],
    ['segment', 'OpaqueNetwork'],
  ]);
  expect(hosts.map(({ name, connection, inMaintenance }) => [name, connection, inMaintenance])).toEqual(
    SPEC.hosts.map((host) => [host, 'connected', false]),
  );
});

test('the vCenter says who it is', async () => {
  const uuid = await use(readSourceUuid);
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test('what VMware Tools report of a card is read with it, and its slot', async () => {
  const vms = await use(async (vim) => {
    const refs = await listVmRefs(vim);
    return readVms(
      vim,
      refs.map(({ moref }) => moref),
    );
  });
  const cards = vms.flatMap(({ nics }) => nics);
  expect(cards.find(({ macAddress }) => macAddress === TWIN.nics[0]?.mac)).toMatchObject({
    pciSlot: 192,
    guest: {
      addresses: [
        { address: '192.0.2.10', prefix: 24, by: 'static' },
        { address: '2001:db8::10', prefix: 64, by: 'static' },
      ],
      gateways: ['192.0.2.1'],
      nameServers: ['192.0.2.53'],
    },
  });
  expect(cards.filter(({ guest }) => guest !== undefined)).toHaveLength(1);
});
