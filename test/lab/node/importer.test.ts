import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVms } from '../../../activities/vsphere/inventory';
import { selfSigned } from '../../../lab/node/self-signed';
import { buildProgram } from '../../../lab/own-program';
import type { VcenterSpec } from '../../../lab/vcenter-spec';
import {
  BUILD_TIMEOUT_MS,
  startFixture,
  type VcenterFixture,
} from '../../activities/vsphere/vcenter-fixture';
import { runImage } from './run-image';

const MiB = 1 << 20;
/** Bytes, a hole, bytes. */
const disk = Buffer.concat([randomBytes(MiB), Buffer.alloc(2 * MiB), randomBytes(MiB + 512)]);

let vcenter: VcenterFixture;
let vm: { instanceUuid: string; biosUuid: string };
let content: string;
let dir: string;

/** One VM, of whose two disks the second is imported. */
function spec(): VcenterSpec {
  const second = { datastore: 'fast ds', sizeMiB: 4, moreSectors: 1, bus: 'scsi', file: content } as const;
  return {
    datacenter: 'lab',
    cluster: 'cluster',
    hosts: ['esx-1'],
    datastores: ['fast ds'],
    networks: [],
    vms: [
      {
        name: 'my vm',
        firmware: 'bios',
        cpus: 1,
        coresPerSocket: 1,
        memoryMiB: 64,
        guestId: 'otherGuest64',
        powerState: 'poweredOff',
        nics: [],
        disks: [{ datastore: 'fast ds', sizeMiB: 1, bus: 'scsi' }, second],
      },
    ],
  };
}

beforeAll(async () => {
  await buildProgram('importer', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'drover-disk-'));
  content = join(folder, 'disk');
  writeFileSync(content, disk);
  vcenter = await startFixture(spec());
  rmSync(folder, { recursive: true });
  const moref = await vcenter.moref('my vm');
  const [found] = await vcenter.pool.use(vcenter.source, (vim) => readVms(vim, [moref]));
  if (found === undefined) throw new Error('the vCenter does not show its VM');
  vm = found;
}, BUILD_TIMEOUT_MS);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-importer-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
afterAll(() => vcenter.end());

function environment(change: Record<string, string> = {}): Record<string, string> {
  return {
    IMPORTER_ENDPOINT: vcenter.url,
    IMPORTER_THUMBPRINT: vcenter.thumbprint,
    IMPORTER_UUID: vm.instanceUuid,
    IMPORTER_BACKING_FILE: '[fast ds] my vm/my vm_1.vmdk',
    IMPORTER_ACCESS_KEY_ID: vcenter.username,
    IMPORTER_SECRET_KEY: vcenter.password,
    ...change,
  };
}

function device(content: Buffer) {
  const file = join(dir, 'block');
  writeFileSync(file, content);
  chmodSync(file, 0o666);
  return { file, mount: { source: file, target: '/dev/cdi-block-volume', readOnly: false } };
}

function fileSystem() {
  const folder = join(dir, 'files');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  return { file: join(folder, 'disk.img'), mount: { source: folder, target: '/data', readOnly: false } };
}

test('a device holds the disk afterwards, whatever it held before', async () => {
  const { file, mount } = device(Buffer.alloc(5 * MiB, 0xff));
  const { end, terminationMessage, output } = await runImage({
    image: 'importer',
    env: environment(),
    mounts: [mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(JSON.parse(terminationMessage)).toMatchObject({
    bytes: disk.length,
    message: 'Import Complete',
    vddkInfo: { Host: new URL(vcenter.url).host },
  });
  expect(readFileSync(file).subarray(0, disk.length).equals(disk)).toBe(true);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toEqual({ progress: 100, bytes: disk.length });
});

test('a file system gets a sparse image, of the size of the disk where nobody said how large the volume is', async () => {
  const { file, mount } = fileSystem();
  const { end } = await runImage({ image: 'importer', env: environment(), mounts: [mount] }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(readFileSync(file).equals(disk)).toBe(true);
  expect(statSync(file).blocks * 512).toBeLessThan(3 * MiB);
});

test('an image is enlarged to whole mebibytes that the volume has beside its file system', async () => {
  const { file, mount } = fileSystem();
  const size = { IMPORTER_IMAGE_SIZE: `${9 * 1024}Ki`, FILESYSTEM_OVERHEAD: '0.06' };
  const { end } = await runImage({ image: 'importer', env: environment(size), mounts: [mount] }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  const image = readFileSync(file);
  expect(image).toHaveLength(8 * MiB);
  expect(image.subarray(0, disk.length).equals(disk)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o660);
});

test('a device that is too small is not written at all', async () => {
  const { file, mount } = device(Buffer.alloc(MiB));
  const { end, terminationMessage } = await runImage({
    image: 'importer',
    env: environment(),
    mounts: [mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toContain(`the device holds ${MiB} bytes, the disk has ${disk.length}`);
  expect(readFileSync(file).equals(Buffer.alloc(MiB))).toBe(true);
});

test('a disk that is larger than what its volume was asked for is refused', async () => {
  const { end, terminationMessage } = await runImage({
    image: 'importer',
    env: environment({ IMPORTER_IMAGE_SIZE: '1024Ki' }),
    mounts: [fileSystem().mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toContain(
    `data: the disk has ${disk.length} bytes, its volume was asked for ${MiB}`,
  );
});

/** What an importer says that can not begin. */
async function saysOf(change: Record<string, string>, certificates?: string): Promise<string> {
  const { file, mount } = fileSystem();
  const mounts = [mount];
  const env = environment(change);
  if (certificates !== undefined) {
    const folder = join(dir, 'certificates');
    mkdirSync(folder);
    // As a kubelet mounts a ConfigMap.
    mkdirSync(join(folder, '..data'));
    copyFileSync(certificates, join(folder, '..data', 'ca.pem'));
    symlinkSync('..data/ca.pem', join(folder, 'ca.pem'));
    for (const one of [folder, join(folder, '..data')]) chmodSync(one, 0o755);
    mounts.push({ source: folder, target: '/certs', readOnly: true });
    env.IMPORTER_CERT_DIR = '/certs';
  }
  const { end, terminationMessage, output } = await runImage({ image: 'importer', env, mounts }).ended;
  expect(terminationMessage + output).not.toContain(env.IMPORTER_SECRET_KEY);
  if (end.kind === 'exited' && end.exitCode === 0) {
    expect(readFileSync(file).equals(disk)).toBe(true);
    return 'copied';
  }
  expect(() => statSync(file)).toThrow('ENOENT');
  return terminationMessage;
}

const CONNECT = 'Unable to connect to vddk data source: ';

test('a wrong password ends it with a message that does not repeat it', async () => {
  expect(await saysOf({ IMPORTER_SECRET_KEY: 'sesame' })).toMatch(`${CONNECT}ServerFaultCode: `);
});

test("the VM is found by its BIOS's UUID, too", async () => {
  expect(await saysOf({ IMPORTER_UUID: vm.biosUuid })).toBe('copied');
});

test('a UUID that no VM has', async () => {
  expect(await saysOf({ IMPORTER_UUID: '50120000-0000-0000-0000-000000000000' })).toBe(
    `${CONNECT}unable to locate VM in any datacenter`,
  );
});

test('a disk that the VM does not have under this very name', async () => {
  expect(await saysOf({ IMPORTER_BACKING_FILE: '[fast ds] my vm/my vm_2.vmdk' })).toBe(
    `${CONNECT}disk '[fast ds] my vm/my vm_2.vmdk' is not present in VM hardware config or snapshot list`,
  );
});

test('a server that shows another certificate than the thumbprint is of gives no bytes', async () => {
  const thumbprint = new Array(20).fill('AB').join(':');
  expect(await saysOf({ IMPORTER_THUMBPRINT: thumbprint })).toMatch(/shows a certificate of thumbprint/);
});

test('with authorities, a server that none of them vouches for never gets the login', async () => {
  const asked: (string | undefined)[] = [];
  const certificate = selfSigned('impostor', { onLoopback: true });
  const impostor = createServer(certificate, (request, response) => {
    asked.push(request.url);
    response.writeHead(404).end();
  });
  impostor.listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  const change = {
    IMPORTER_ENDPOINT: `https://127.0.0.1:${(impostor.address() as AddressInfo).port}/sdk`,
    IMPORTER_THUMBPRINT: new X509Certificate(certificate.cert).fingerprint,
  };
  try {
    expect(await saysOf(change, vcenter.caFile)).toMatch(/certificate signed by unknown authority/);
    expect(asked).toEqual([]);
    // Nothing but the authorities has kept it from that.
    await runImage({ image: 'importer', env: environment(change), mounts: [device(disk).mount] }).ended;
    expect(asked).not.toEqual([]);
  } finally {
    impostor.close();
    impostor.closeAllConnections();
  }
});

test('with authorities that vouch for the server, it copies', async () => {
  expect(await saysOf({}, vcenter.caFile)).toBe('copied');
});

test('a disk whose bytes are gone is named', async () => {
  const flat = join(vcenter.datastoresDir, 'fast ds', 'my vm', 'my vm_1-flat.vmdk');
  renameSync(flat, `${flat}.gone`);
  try {
    expect(await saysOf({})).toContain('answered 404 for [fast ds] my vm/my vm_1.vmdk');
  } finally {
    renameSync(`${flat}.gone`, flat);
  }
});

test('a paced copy takes as long as it is told to', async () => {
  const startedAt = Date.now();
  await runImage({
    image: 'importer',
    env: environment({ LAB_COPY_SECONDS: '1' }),
    mounts: [fileSystem().mount],
  }).ended;
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
});
