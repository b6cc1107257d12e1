/** A source that is a single ESXi host, and no vCenter: what it has, what it lacks, and who is refused. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createSourceActivities } from '../../../activities/vsphere/activities';
import { readConnection } from '../../../activities/vsphere/connection';
import { readPlanSource } from '../../../activities/vsphere/plan-source';
import { readLastPowerOn, readPower } from '../../../activities/vsphere/power';
import { readObject } from '../../../activities/vsphere/property-collector';
import { VcenterPool } from '../../../activities/vsphere/pool';
import type { Vim } from '../../../activities/vsphere/session';
import { awaitTask } from '../../../activities/vsphere/task';
import { reference, text } from '../../../activities/vsphere/vim-value';
import type { Operation } from '../../../activities/vsphere/wsdl';
import { DEMO_INVENTORY } from '../../../lab/demo-inventory';
import type { VcenterSpec } from '../../../lab/vcenter-spec';
import type { FrozenVm, SourceRef } from '../../../plan/frozen';
import type { SourceInventory } from '../../../plan/inventory';
import { offEvidence, ranSince } from '../../../plan/off-proof';
import { resolvePlan } from '../../../plan/resolve';
import { manifestSet, targetInventory } from '../../plan/example';
import { freeze } from './frozen-vm';
import { BUILD_TIMEOUT_MS, startFixture, type VcenterFixture } from './vcenter-fixture';

const [WEB, , DB] = DEMO_INVENTORY.vms;

function spec(esxi: VcenterSpec['esxi']): VcenterSpec {
  return {
    ...DEMO_INVENTORY,
    ...(esxi && { esxi }),
    hosts: ['esxi-1.lab.drover.dev'],
    networks: [{ name: 'VM Network' }, { name: 'backend' }],
    vms: [WEB!, DB!],
  };
}

let host: VcenterFixture;
let managed: VcenterFixture;
beforeAll(async () => {
  host = await startFixture(spec({}));
  managed = await startFixture(spec({ managedBy: '192.0.2.1' }));
}, BUILD_TIMEOUT_MS);
afterAll(() => Promise.all([host.end(), managed.end()]));

const use = <T>(work: (vim: Vim) => Promise<T>) => host.pool.use(host.source, work);

function readAll(): Promise<SourceInventory> {
  return use((vim) => readPlanSource(vim, (refs) => refs.map(({ moref }) => moref), { tags: true }));
}

test('its inventory is read as that of a vCenter, and it is known by its board', async () => {
  const source = await readAll();
  const board = await use(async (vim) => {
    const { props } = await readObject(vim, { type: 'HostSystem', value: 'ha-host' }, [
      'hardware.systemInfo.uuid',
    ]);
    return text(props.get('hardware.systemInfo.uuid'));
  });
  expect(board).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(source.vcenterUuid).toBe(board);
  expect(source.refs.map(({ inventoryPath }) => inventoryPath)).toEqual([
    '/ha-datacenter/vm/db01',
    '/ha-datacenter/vm/web01',
  ]);
  expect(source.hosts).toEqual([
    { moref: 'ha-host', name: 'esxi-1.lab.drover.dev', connection: 'connected', inMaintenance: false },
  ]);
  expect(source.datastores.map(({ name }) => name).sort()).toEqual([...DEMO_INVENTORY.datastores].sort());
  expect(source.networks.map(({ name }) => name).sort()).toEqual(['VM Network', 'backend']);
  expect(source.rules).toEqual([]);
  expect(source.lacking).toEqual(new Map(source.refs.map(({ moref }) => [moref, []])));
  expect(source.skewSeconds).toBe(0);
});

test('it has no tags and no custom attributes, and is asked for none', async () => {
  expect((await readAll()).notes).toEqual({ attributes: {}, tags: {}, fault: null });
});

test('a plan freezes its VMs', async () => {
  const source = await readAll();
  const set = manifestSet({
    vcenter: {
      url: host.url,
      settings: { sdkEndpoint: 'esxi', vddkInitImage: 'registry.example.com/vddk:8' },
    },
    plan: { vms: [{ name: 'web01' }] },
    storageMap: {
      map: DEMO_INVENTORY.datastores.map((name) => ({
        source: { name },
        destination: { storageClass: 'fast-block' },
      })),
    },
    networkMap: { map: [{ source: { name: 'VM Network' }, destination: { type: 'pod' } }] },
  });
  const { problems, vms } = resolvePlan(set, source, targetInventory());
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(vms).toMatchObject([
    {
      source: { url: host.url, sdkEndpoint: 'esxi' },
      vcenterUuid: source.vcenterUuid,
      vm: { name: 'web01', inventoryPath: '/ha-datacenter/vm/web01' },
    },
  ]);
});

test("copiers reach it at the Provider's address, whatever name it gives itself", async () => {
  const connection = await use((vim) =>
    readConnection(vim, host.url, { type: 'HostSystem', value: 'ha-host' }),
  );
  expect(connection).toEqual({
    vcenterUrl: host.url,
    vcenterThumbprint: host.thumbprint,
    hostUrl: new URL(host.url).origin,
    hostThumbprint: host.thumbprint,
  });
});

describe('a VM that was seen off', () => {
  const change = (operation: 'PowerOnVM_Task' | 'PowerOffVM_Task', moref: string) =>
    use(async (vim) => {
      const _this = reference({ type: 'VirtualMachine', value: moref });
      await awaitTask(vim, await vim.call(operation, { _this }));
    });

  test('is known to have run since, by the events that the host keeps', async () => {
    const moref = await host.moref('db01');
    await change('PowerOffVM_Task', moref);
    const off = await use((vim) => readPower(vim, moref));
    expect(off).toMatchObject({ state: 'poweredOff', bootTime: null });
    expect(Date.parse(off.lastPowerOn ?? '')).toBeGreaterThan(Date.now() - 600_000);
    const again = await use((vim) => readPower(vim, moref));
    expect(ranSince(offEvidence(off), again)).toBeNull();

    await change('PowerOnVM_Task', moref);
    await change('PowerOffVM_Task', moref);

    const later = await use((vim) => readPower(vim, moref));
    expect(later.state).toBe('poweredOff');
    expect(ranSince(offEvidence(off), later)).toMatch(/recorded a power-on/);
  });
});

describe('readings of events leave no collector at the host', () => {
  /** As many as a session may have: one that was left would make the last of them fail. */
  const makeAll = () =>
    use(async (vim) => {
      const _this = reference(vim.content.eventManager!);
      const collectors: unknown[] = [];
      try {
        for (let made = 0; made < 32; made += 1)
          collectors.push(await vim.call('CreateCollectorForEvents', { _this, filter: {} }));
      } finally {
        for (const one of collectors) await vim.call('DestroyCollector', { _this: one });
      }
      return collectors.length;
    });

  test('after more at once than the host lets a session have', async () => {
    const moref = await host.moref('web01');
    const readings = await Promise.all(Array.from({ length: 40 }, () => use((vim) => readPower(vim, moref))));
    expect(new Set(readings.map(({ state }) => state))).toEqual(new Set(['poweredOn']));
    expect(await makeAll()).toBe(32);
  });

  test.each<Operation>(['CreateCollectorForEvents', 'RetrievePropertiesEx'])(
    'after one that was cancelled in %s',
    async (at) => {
      const moref = await host.moref('web01');
      const cancelling = new AbortController();
      const reading = host.pool.use(
        host.source,
        (vim) => {
          const call: Vim['call'] = (operation, ...rest) => {
            const answer = vim.call(operation, ...rest);
            if (operation === at) cancelling.abort(new CancelledFailure('enough'));
            return answer;
          };
          return readLastPowerOn({ content: vim.content, peer: vim.peer, rest: vim.rest, call }, moref);
        },
        cancelling.signal,
      );
      await expect(reading).rejects.toThrow(CancelledFailure);
      expect(await makeAll()).toBe(32);
    },
  );
});

describe('the check of a frozen VM', () => {
  async function frozen(): Promise<FrozenVm> {
    const moref = await host.moref('web01');
    const { vms, vcenterUuid } = await readAll();
    return freeze(vms[moref]!, { source: host.source, vcenterUuid });
  }

  const check = (vm: FrozenVm, { pool } = host) =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(
      createSourceActivities({ pool }).checkSource,
      vm,
      { power: true },
    );

  test('passes where it is as it was', async () => {
    expect(await check(await frozen())).toMatchObject({
      vcenterUrl: host.url,
      power: { state: 'poweredOn', lastPowerOn: expect.any(String) as string },
    });
  });

  test('fails where a vCenter has taken the host over since', async () => {
    await expect(check({ ...(await frozen()), source: managed.source }, managed)).rejects.toMatchObject({
      type: 'SourceEndpointWrong',
      message: expect.stringContaining('a vCenter manages this ESXi host') as string,
    });
  });

  test('fails where another host answers', async () => {
    const elsewhere = { ...(await frozen()), vcenterUuid: 'another' };
    await expect(check(elsewhere)).rejects.toMatchObject({
      type: 'SourceChanged',
      message: expect.stringContaining('is another ESXi host: its id was another') as string,
    });
  });
});

describe('a Provider whose endpoint is another', () => {
  async function refusal(source: SourceRef, fixture: VcenterFixture): Promise<ApplicationFailure> {
    const pool = new VcenterPool({ read: () => Promise.resolve(fixture.secret) });
    try {
      return await pool
        .use(source, (vim) => readPlanSource(vim, () => []))
        .then(
          () => new ApplicationFailure('it was not refused'),
          (error: unknown) => error as ApplicationFailure,
        );
    } finally {
      await pool.close();
    }
  }

  test('is refused where it says vcenter, before user and password are sent', async () => {
    const { provider, url, secret, vddkImage } = host.source;
    const wrong = { ...host, secret: { ...host.secret, password: 'never sent' } };
    const { type, message } = await refusal({ provider, url, secret, vddkImage }, wrong);
    expect(type).toBe('SourceEndpointWrong');
    expect(message).toBe(
      `Provider openshift-mtv/vcenter (${host.url}): an ESXi host answers there, and no vCenter: give its vCenter's address, or set sdkEndpoint: esxi if it has none`,
    );
  });

  test('is refused where a vCenter manages the host: through both, a VM could be migrated twice at once', async () => {
    const { type, message } = await refusal(managed.source, managed);
    expect([type, message]).toEqual([
      'SourceEndpointWrong',
      `Provider openshift-mtv/vcenter (${managed.url}): a vCenter manages this ESXi host: give the vCenter's address and set sdkEndpoint: vcenter, or let the host leave it`,
    ]);
  });
});
