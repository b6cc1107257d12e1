import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { listHosts, listNetworks, listVmRefs, readVms } from '../../activities/vsphere/inventory';
import { powerOff, powerOn, readPower, shutDownGuest } from '../../activities/vsphere/power';
import { PowerWindow } from '../../activities/vsphere/power-window';
import { Part } from '../../lab/chaos/part';
import { readPowerEvents } from '../../lab/chaos/record/vcenter-events';
import { bulkInventory } from '../../lab/demo-inventory';
import { buildProgram } from '../../lab/own-program';
import { isRunning } from '../../lab/process';
import { startVcenter } from '../../lab/vcenter';
import type { VcenterSpec } from '../../lab/vcenter-spec';
import {
  ask,
  BUILD_TIMEOUT_MS,
  startFixture,
  type VcenterFixture,
} from '../activities/vsphere/vcenter-fixture';
import { eventually } from '../support/eventually';

const SPEC: VcenterSpec = bulkInventory(2, 2, 8);
const FLAT = '/folder/bulk-001/bulk-001-flat.vmdk?dcPath=lab&dsName=ssd-1';

let vcenter: VcenterFixture;
beforeAll(async () => {
  vcenter = await startFixture(SPEC);
}, BUILD_TIMEOUT_MS);
afterAll(() => vcenter.end());

function diskFile(of: VcenterFixture, name: string): string {
  return join(of.datastoresDir, 'ssd-1', name.replace(/_\d+$/, ''), `${name}-flat.vmdk`);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('a disk is as long as it says, holds bytes of its own, and has holes', () => {
  const files = ['bulk-001', 'bulk-001_1', 'bulk-002', 'bulk-002_1'].map((name) => diskFile(vcenter, name));
  for (const file of files) {
    const { size, blocks } = statSync(file);
    expect(size).toBe(8 << 20);
    expect(blocks * 512).toBeGreaterThan(1 << 20);
    expect(blocks * 512).toBeLessThan(size);
  }
  expect(new Set(files.map((file) => sha256(readFileSync(file)))).size).toBe(files.length);
});

test('a disk may end in the middle of a MiB, and what was written since its snapshot lies in a file of its own', async () => {
  const [vm] = bulkInventory(1, 1, 1).vms;
  const disks = [{ datastore: 'ssd-1', sizeMiB: 1, moreSectors: 3, bus: 'scsi', snapshot: true } as const];
  const other = await startFixture({ ...SPEC, vms: vm ? [{ ...vm, disks }] : [] });
  try {
    const [found] = await other.pool.use(other.source, async (vim) =>
      readVms(
        vim,
        (await listVmRefs(vim)).map(({ moref }) => moref),
      ),
    );
    const capacityBytes = (1 << 20) + 3 * 512;
    expect(found?.disks).toMatchObject([
      {
        basePath: '[ssd-1] bulk-001/bulk-001.vmdk',
        currentPath: '[ssd-1] bulk-001/bulk-001-000001.vmdk',
        capacityBytes,
      },
    ]);
    const folder = join(other.datastoresDir, 'ssd-1', 'bulk-001');
    const [base, newest] = ['bulk-001', 'bulk-001-000001'].map((name) =>
      readFileSync(join(folder, `${name}-flat.vmdk`)),
    );
    for (const bytes of [base, newest]) {
      expect(bytes).toHaveLength(capacityBytes);
      expect(bytes?.subarray(-512).equals(Buffer.alloc(512))).toBe(false);
    }
    expect(base?.equals(newest as Buffer)).toBe(false);
  } finally {
    await other.end();
  }
});

test('a disk may hold an image that is given', async () => {
  const image = join(mkdtempSync(join(tmpdir(), 'drover-image-')), 'guest.img');
  writeFileSync(image, 'a boot sector');
  const [vm] = bulkInventory(1, 1, 1).vms;
  const disks = [{ datastore: 'ssd-1', sizeMiB: 1, bus: 'scsi', file: image } as const];
  const other = await startFixture({ ...SPEC, vms: vm ? [{ ...vm, disks }] : [] });
  try {
    const bytes = readFileSync(diskFile(other, 'bulk-001'));
    expect(bytes.length).toBe(1 << 20);
    expect(bytes.subarray(0, 14).toString()).toBe('a boot sector\0');
  } finally {
    await other.end();
    rmSync(dirname(image), { recursive: true });
  }
});

test('the descriptor names the extent that holds the bytes', () => {
  const descriptor = readFileSync(join(vcenter.datastoresDir, 'ssd-1', 'bulk-001', 'bulk-001.vmdk'), 'utf8');
  expect(descriptor).toContain(`RW ${(8 << 20) / 512} VMFS "bulk-001-flat.vmdk"`);
});

test('files of a datastore are served to who logs in, and to nobody else', async () => {
  const { status, body } = await ask(vcenter, FLAT);
  expect(status).toBe(200);
  expect(sha256(body)).toBe(sha256(readFileSync(diskFile(vcenter, 'bulk-001'))));
  expect((await ask(vcenter, FLAT, { login: false })).status).toBe(401);
  expect((await ask({ ...vcenter, password: 'wrong' }, FLAT)).status).toBe(401);
});

test('a session opens the datastores, too, until it expires', async () => {
  const { headers } = await ask(vcenter, '/sdk', {
    method: 'POST',
    login: false,
    headers: { 'Content-Type': 'text/xml', SOAPAction: '"urn:vim25/6.7"' },
    body: `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Login xmlns="urn:vim25">
      <_this type="SessionManager">SessionManager</_this>
      <userName>${vcenter.username}</userName><password>${vcenter.password}</password></Login></Body></Envelope>`,
  });
  const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? [];
  expect(cookie).toMatch(/^vmware_soap_session=/);
  const withCookie = { login: false, headers: { Cookie: cookie } };

  expect((await ask(vcenter, FLAT, withCookie)).status).toBe(200);
  await vcenter.expireSessions();
  expect((await ask(vcenter, FLAT, withCookie)).status).toBe(401);
});

test('asked to be busy, it answers 503 for so long, and then as before', async () => {
  const busy = (seconds: string, login = true) =>
    ask(vcenter, `/lab/busy?seconds=${seconds}`, { method: 'POST', login });
  expect((await busy('60', false)).status).toBe(401);
  expect((await busy('soon')).status).toBe(404);
  expect((await ask(vcenter, FLAT)).status).toBe(200);

  expect((await busy('60')).status).toBe(204);
  expect((await ask(vcenter, FLAT)).status).toBe(503);
  expect((await ask(vcenter, '/sdk', { method: 'POST' })).status).toBe(503);
  expect((await busy('0')).status).toBe(204);
  expect((await ask(vcenter, FLAT)).status).toBe(200);
});

test('the same inventory has the same bytes and identities again, behind another password', async () => {
  const other = await startFixture(SPEC);
  try {
    expect(sha256(readFileSync(diskFile(other, 'bulk-002_1')))).toBe(
      sha256(readFileSync(diskFile(vcenter, 'bulk-002_1'))),
    );
    expect(await other.moref('bulk-002')).toBe(await vcenter.moref('bulk-002'));
    expect(other.password).not.toBe(vcenter.password);
  } finally {
    await other.end();
  }
  expect(isRunning(other.process)).toBe(false);
});

test('no process list shows the password', () => {
  const commandLine = readFileSync(`/proc/${vcenter.pid}/cmdline`, 'utf8');
  expect(commandLine).toContain('vcsim');
  expect(commandLine).not.toContain(vcenter.password);
  expect(existsSync(vcenter.caFile)).toBe(true);
});

describe('a vCenter that is killed and starts again', () => {
  const NETWORKS = [
    { name: 'VM Network' },
    { name: 'overlay', opaque: true },
    { name: 'switched', distributed: true },
  ];
  const bulk = bulkInventory(4, 1, 1);
  const running = bulk.vms.slice(1).map((vm) => ({ ...vm, powerState: 'poweredOn' as const }));
  const inventory: VcenterSpec = { ...bulk, networks: NETWORKS, vms: [...bulk.vms.slice(0, 1), ...running] };
  const anyTime = new PowerWindow(new AbortController().signal, () => Promise.resolve());
  let mortal: VcenterFixture;
  let part: Part;

  beforeAll(async () => {
    mortal = await startFixture(inventory);
    part = new Part(mortal.process, dirname(mortal.datastoresDir));
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    await part.stop();
    await mortal.end();
  });

  /** All that anybody can know of it. */
  function knowledge(): Promise<unknown> {
    return mortal.pool.use(mortal.source, async (vim) => {
      const morefs = await Promise.all(inventory.vms.map(({ name }) => mortal.moref(name)));
      return {
        vms: await readVms(vim, morefs),
        powers: await Promise.all(morefs.map((moref) => readPower(vim, moref))),
        // The event of a stop may change by the milliseconds between it and the stop itself.
        events: (await readPowerEvents({ vcenter: mortal }, 0)).map(({ kind, moref, at }) =>
          kind === 'on' ? { kind, moref, at } : { kind, moref },
        ),
        hosts: await listHosts(vim),
        networks: await listNetworks(vim),
        disk: sha256((await ask(mortal, FLAT)).body),
      };
    });
  }

  async function killAndStart(): Promise<void> {
    part.kill();
    await eventually(() => !part.runs);
    await part.start();
    await eventually(() => ask(mortal, FLAT).catch(() => null));
  }

  test('is what it was: certificate, VMs, their power, its events, the bytes of disks', async () => {
    const [off, again, out] = await Promise.all(
      ['bulk-002', 'bulk-003', 'bulk-004'].map((name) => mortal.moref(name)),
    );
    await mortal.pool.use(mortal.source, async (vim) => {
      expect(await shutDownGuest(vim, off!, anyTime)).toBe('requested');
      await eventually(async () => (await readPower(vim, off!)).state === 'poweredOff');
      await powerOff(vim, again!, anyTime);
      await powerOn(vim, again!, anyTime);
      await powerOff(vim, out!, anyTime);
    });
    const before = await knowledge();
    await killAndStart();
    expect(await knowledge()).toEqual(before);
    // What it learns now it still knows after a second death.
    await mortal.pool.use(mortal.source, (vim) => powerOn(vim, out!, anyTime));
    const later = await knowledge();
    await killAndStart();
    expect(await knowledge()).toEqual(later);
    expect(later).not.toEqual(before);
  });
});

test('its certificate names the address at which it listens, also where that is not the usual one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-vcenter-'));
  const elsewhere = await startVcenter({
    dir,
    binary: await buildProgram('vcsim', () => undefined),
    spec: bulkInventory(1, 1, 1),
    address: '127.0.0.2:0',
  });
  try {
    const { hostname: host, port } = new URL(elsewhere.url);
    const socket = connect({ host, port: Number(port), ca: readFileSync(elsewhere.caFile) });
    await once(socket, 'secureConnect');
    expect([host, socket.authorized]).toEqual(['127.0.0.2', true]);
    socket.destroy();
  } finally {
    await elsewhere.stop();
    rmSync(dir, { recursive: true });
  }
});
