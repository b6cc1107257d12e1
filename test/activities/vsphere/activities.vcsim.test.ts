import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createSourceActivities } from '../../../activities/vsphere/activities';
import { listHosts, readVms } from '../../../activities/vsphere/inventory';
import { readSourceUuid } from '../../../activities/vsphere/source-uuid';
import { reference } from '../../../activities/vsphere/vim-value';
import type { Operation } from '../../../activities/vsphere/wsdl';
import type { SourceVmRequest } from '../../../activities/interfaces';
import { bulkInventory } from '../../../lab/demo-inventory';
import type { VcenterSpec, VmSpec } from '../../../lab/vcenter-spec';
import type { FrozenVm } from '../../../plan/frozen';
import { confirmingClient } from '../../support/confirming-client';
import { BY_PLUGIN } from '../../support/frozen-vm';
import { freeze } from './frozen-vm';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const SITE = bulkInventory(1, 1, 1);
const VM = { ...(SITE.vms[0] as VmSpec), powerState: 'poweredOn' } as const;
/** A VM per subject, so that no test sees another's power. */
const SPEC: VcenterSpec = {
  ...SITE,
  vms: [
    { ...VM, name: 'runs' },
    { ...VM, name: 'willing' },
    { ...VM, name: 'stubborn', ignoresShutdown: true },
    { ...VM, name: 'toolless', tools: false },
    { ...VM, name: 'restored' },
    { ...VM, name: 'late' },
    { ...VM, name: 'watched' },
    { ...VM, name: 'off', powerState: 'poweredOff' },
    { ...VM, name: 'checked', disks: [...VM.disks, { datastore: 'san-1', sizeMiB: 2, bus: 'scsi' }] },
  ],
};

let vcenter: VcenterFixture;
let activities: ReturnType<typeof createSourceActivities>;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
  activities = createSourceActivities(vcenter);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

/** Failures are expected here; the log need not tell of each. Temporal confirms what `confirms` does. */
function quiet(confirms = (): Promise<void> => Promise.resolve()) {
  return { logger: new DefaultLogger('ERROR'), client: confirmingClient(confirms) };
}

/** Runs an activity as a worker would, in an environment of its own. */
function run<A extends unknown[], R>(activity: (...args: A) => Promise<R>, ...args: A): Promise<R> {
  return new MockActivityEnvironment({}, quiet()).run(activity, ...args);
}

async function requestFor(name: string): Promise<SourceVmRequest> {
  return { source: vcenter.source, moref: await vcenter.moref(name) };
}

/** A call past our activities, as an administrator would make it. */
async function administer(
  operation: Operation,
  moref: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const _this = reference({ type: 'VirtualMachine', value: moref });
  await vcenter.pool.use(vcenter.source, (vim) => vim.call(operation, { _this, ...fields }));
}

describe('power', () => {
  test("a reading tells state, boot time and the last power-on by vCenter's clock", async () => {
    const reading = await run(activities.readPower, await requestFor('runs'));
    expect(reading.state).toBe('poweredOn');
    for (const at of [reading.bootTime, reading.lastPowerOn]) {
      expect(Date.parse(at ?? '')).toBeGreaterThan(Date.now() - 600_000);
      expect(Date.parse(at ?? '')).toBeLessThanOrEqual(Date.now());
    }
  });

  test('a VM that never ran has neither boot time nor power-on', async () => {
    const reading = await run(activities.readPower, await requestFor('off'));
    expect(reading).toMatchObject({ state: 'poweredOff', bootTime: null, lastPowerOn: null });
  });

  test('of several VMs each has its reading, and one that is gone has none', async () => {
    const [runs, off] = [await requestFor('runs'), await requestFor('off')];
    const others = [runs.moref, 'vm-999999', off.moref];
    expect(await run(activities.readPowers, { ...off, others })).toEqual([
      { moref: runs.moref, reading: await run(activities.readPower, runs) },
      { moref: 'vm-999999', reading: null },
      { moref: off.moref, reading: await run(activities.readPower, off) },
    ]);
  });

  test('a willing guest shuts down when it is asked, and asking twice does no harm', async () => {
    const request = await requestFor('willing');
    expect(await run(activities.shutDownGuest, request)).toBe('requested');
    expect(await run(activities.awaitPoweredOff, { ...request, timeoutSeconds: 20 })).toBe('off');
    expect(await run(activities.shutDownGuest, request)).toBe('alreadyOff');
    expect(await run(activities.readPower, request)).toMatchObject({ state: 'poweredOff', bootTime: null });
  });

  test('a guest that ignores the request runs into the timeout', async () => {
    const request = await requestFor('stubborn');
    expect(await run(activities.shutDownGuest, request)).toBe('requested');
    expect(await run(activities.awaitPoweredOff, { ...request, timeoutSeconds: 1 })).toBe('timeout');
    expect((await run(activities.readPower, request)).state).toBe('poweredOn');
  });

  test('the time that a lost attempt has waited counts', async () => {
    const request = { ...(await requestFor('stubborn')), timeoutSeconds: 3600 };
    const environment = new MockActivityEnvironment(
      {
        attempt: 2,
        heartbeatDetails: { waitedMs: 3_600_000 },
      },
      quiet(),
    );
    expect(await environment.run(activities.awaitPoweredOff, request)).toBe('timeout');
  });

  test('a guest without tools is told apart, and its power can be cut, once or twice', async () => {
    const request = await requestFor('toolless');
    expect(await run(activities.shutDownGuest, request)).toBe('noTools');
    await run(activities.powerOffSource, request);
    await run(activities.powerOffSource, request);
    expect(await run(activities.readPower, request)).toMatchObject({ state: 'poweredOff', bootTime: null });
  });

  test('a restored VM runs again and shows when it was started', async () => {
    const request = await requestFor('restored');
    const before = await run(activities.readPower, request);
    await run(activities.powerOffSource, request);
    const off = await run(activities.readPower, request);
    await run(activities.powerOnSource, request);
    const on = await run(activities.readPower, request);
    await run(activities.powerOnSource, request);

    expect(off).toMatchObject({ state: 'poweredOff', lastPowerOn: before.lastPowerOn });
    expect(on.state).toBe('poweredOn');
    expect((on.lastPowerOn ?? '') > (before.lastPowerOn ?? '')).toBe(true);
    expect(await run(activities.readPower, request)).toMatchObject({ bootTime: on.bootTime });
  });

  test('a wait is told of the end while it waits, and says meanwhile that it lives', async () => {
    const request = await requestFor('watched');
    const environment = new MockActivityEnvironment({}, quiet());
    const beat = new Promise<unknown>((resolve) => environment.once('heartbeat', resolve));
    const wait = environment.run(activities.awaitPoweredOff, { ...request, timeoutSeconds: 60 });
    expect(await beat).toMatchObject({ note: 'waiting for the guest to shut down' });
    await administer('PowerOffVM_Task', request.moref);
    expect(await wait).toBe('off');
  });

  test('a cancelled wait ends at once', async () => {
    const request = await requestFor('runs');
    const environment = new MockActivityEnvironment({}, quiet());
    environment.once('heartbeat', () => environment.cancel());
    const wait = environment.run(activities.awaitPoweredOff, { ...request, timeoutSeconds: 60 });
    await expect(wait).rejects.toMatchObject({ name: 'CancelledFailure' });
  });

  test.each([
    ['was cancelled', new ActivityCancelledError('the workflow gave up')],
    ['was given to another worker', new ActivityNotFoundError('Not found')],
  ])('a power-off whose step %s leaves the VM running', async (_, answer) => {
    const request = await requestFor('runs');
    const environment = new MockActivityEnvironment(
      {},
      quiet(() => Promise.reject(answer)),
    );
    await expect(environment.run(activities.powerOffSource, request)).rejects.toMatchObject({
      name: 'CancelledFailure',
    });
    expect((await run(activities.readPower, request)).state).toBe('poweredOn');
  });

  test('a power-off that Temporal confirmed long ago is dropped, to be decided anew', async () => {
    const request = await requestFor('late');
    let late = 0;
    const now = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + late);
    const environment = new MockActivityEnvironment(
      {},
      quiet(() => {
        late = 11_000;
        return Promise.resolve();
      }),
    );
    const powerOff = environment.run(activities.powerOffSource, request);
    await expect(powerOff).rejects.toMatchObject({ type: 'SourceFault', nonRetryable: false });
    clock.mockRestore();
    expect((await run(activities.readPower, request)).state).toBe('poweredOn');
  });

  test('a VM that is gone is said to be missing', async () => {
    const request = { source: vcenter.source, moref: 'vm-0815' };
    for (const activity of [activities.readPower, activities.shutDownGuest, activities.powerOffSource]) {
      const missing = run<[SourceVmRequest], unknown>(activity, request);
      await expect(missing).rejects.toMatchObject({ type: 'SourceVmMissing', nonRetryable: true });
    }
  });
});

describe('checkSource', () => {
  async function frozen(): Promise<FrozenVm> {
    const moref = await vcenter.moref('checked');
    return vcenter.pool.use(vcenter.source, async (vim) => {
      const [vm] = await readVms(vim, [moref]);
      if (vm === undefined) {
        throw new Error('the VM is not there');
      }
      return freeze(vm, { source: vcenter.source, vcenterUuid: await readSourceUuid(vim) });
    });
  }

  test("an unchanged VM passes, and vCenter's certificate and the VM's host are named", async () => {
    const connection = await run(activities.checkSource, await frozen());
    const hosts = await vcenter.pool.use(vcenter.source, (vim) => listHosts(vim));
    expect(connection).toEqual({
      vcenterUrl: vcenter.url,
      vcenterThumbprint: vcenter.thumbprint,
      hostUrl: expect.any(String) as string,
      hostThumbprint: null,
    });
    expect(hosts.map(({ name }) => `https://${name}`)).toContain(connection.hostUrl);
  });

  test("for a disk that a plugin copies the host's certificate is named, too", async () => {
    const vm = await frozen();
    const byImport = await run(activities.checkSource, vm);
    first(vm.disks).method = BY_PLUGIN;
    const byPlugin = await run(activities.checkSource, vm);
    expect(byPlugin.hostThumbprint).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    expect(byPlugin.hostThumbprint).not.toBe(vcenter.thumbprint);
    expect({ ...byPlugin, hostThumbprint: null }).toEqual(byImport);
  });

  test('the power is told only where it is asked for, and then as a reading of its own tells it', async () => {
    const vm = await frozen();
    const { power } = await run(activities.checkSource, vm, { power: true });
    expect(power).toEqual(await run(activities.readPower, await requestFor('checked')));
    expect(power).toMatchObject({ state: 'poweredOn', lastPowerOn: expect.any(String) as string });
    expect(await run(activities.checkSource, vm)).not.toHaveProperty('power');
  });

  test.each<[string, (vm: FrozenVm) => void, string]>([
    ['another instance UUID', (vm) => (vm.vm.instanceUuid = 'another'), 'instance UUID was another'],
    ['another firmware', (vm) => (vm.hardware.firmware = 'efi'), 'firmware was efi and is bios'],
    [
      'a moved disk',
      (vm) => Object.assign(first(vm.disks), { basePath: '[old] x.vmdk' }),
      'base file was [old] x.vmdk',
    ],
    [
      'a new snapshot file',
      (vm) => Object.assign(first(vm.disks), { currentPath: '[a] b.vmdk' }),
      'current file was [a] b.vmdk',
    ],
    [
      'a grown disk',
      (vm) => (first(vm.disks).capacityBytes = 512),
      'capacity in bytes was 512 and is 1048576',
    ],
    ['a removed disk', (vm) => (first(vm.disks).key = 4711), 'disk 4711 is gone'],
    ['an added disk', (vm) => void vm.disks.pop(), '(Hard disk 2) is new'],
    [
      'another MAC address',
      (vm) => (first(vm.nics).macAddress = '00:00:00:00:00:01'),
      'MAC address was 00:00:00:00:00:01',
    ],
    [
      'another network',
      (vm) => Object.assign(first(vm.nics), { sourceNetwork: 'gone', sourceNetworkId: 'network-0815' }),
      'network was gone and is VM Network',
    ],
    ['another vCenter', (vm) => (vm.vcenterUuid = 'elsewhere'), 'is another vCenter'],
  ])('%s is refused and named', async (_, change, words) => {
    const vm = await frozen();
    change(vm);
    const refused = run(activities.checkSource, vm);
    await expect(refused).rejects.toMatchObject({ type: 'SourceChanged', nonRetryable: true });
    await expect(refused).rejects.toThrow(words);
  });

  test('a VM on a network and datastores that got other names passes, and the names by now are told', async () => {
    const vm = await frozen();
    const disks = structuredClone(vm.disks);
    first(vm.nics).sourceNetwork = 'former network';
    Object.assign(vm.vm, { name: 'former', inventoryPath: '/former/vm/former' });
    for (const disk of vm.disks) {
      const former = (path: string) => path.replace(/^\[.*?\]/, `[former ${disk.datastore}]`);
      disk.basePath = former(disk.basePath);
      disk.currentPath = former(disk.currentPath);
      disk.datastore = `former ${disk.datastore}`;
    }
    const { renamed } = await run(activities.checkSource, vm);
    expect(renamed).toEqual(
      disks.map(({ key, datastore, basePath, currentPath }) => ({ key, datastore, basePath, currentPath })),
    );
  });

  test('a VM that is gone is said to be missing', async () => {
    const vm = await frozen();
    vm.vm.moref = 'vm-0815';
    await expect(run(activities.checkSource, vm)).rejects.toMatchObject({ type: 'SourceVmMissing' });
  });
});

function first<T>(items: T[]): T {
  const [item] = items;
  if (item === undefined) {
    throw new Error('the list is empty');
  }
  return item;
}
