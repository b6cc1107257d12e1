import { X509Certificate, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../../lab/node/self-signed';
import { buildProgram } from '../../../lab/own-program';
import { runImage } from './run-image';

/** The importer is built once. */
const BUILD_TIMEOUT_MS = 300_000;

const certificate = selfSigned('vcenter');
const MiB = 1 << 20;
/** Bytes, a hole, bytes. */
const disk = Buffer.concat([randomBytes(MiB), Buffer.alloc(2 * MiB), randomBytes(MiB + 512)]);

let vcenter: Server;
let requests: { path: string; authorization: string | undefined }[];
let dir: string;

beforeAll(async () => {
  await buildProgram('importer', () => undefined);
  vcenter = createServer(certificate, (request, response) => {
    const url = new URL(request.url ?? '', 'https://vcenter');
    requests.push({ path: url.pathname + url.search, authorization: request.headers.authorization });
    const login = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString();
    if (login !== 'user:right') {
      response.writeHead(401).end();
    } else if (url.pathname !== '/folder/my%20vm/my%20vm_1-flat.vmdk') {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'content-length': disk.length }).end(disk);
    }
  });
  vcenter.listen(0, '127.0.0.1');
  await once(vcenter, 'listening');
}, BUILD_TIMEOUT_MS);

beforeEach(() => {
  requests = [];
  dir = mkdtempSync(join(tmpdir(), 'drover-importer-'));
});
afterEach(() => rmSync(dir, { recursive: true }));
afterAll(() => vcenter.close());

function environment(change: Record<string, string> = {}): Record<string, string> {
  return {
    IMPORTER_ENDPOINT: `https://127.0.0.1:${(vcenter.address() as AddressInfo).port}/sdk`,
    IMPORTER_THUMBPRINT: new X509Certificate(certificate.cert).fingerprint,
    IMPORTER_UUID: '5012',
    IMPORTER_BACKING_FILE: '[fast ds] my vm/my vm_1.vmdk',
    IMPORTER_ACCESS_KEY_ID: 'user',
    IMPORTER_SECRET_KEY: 'right',
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
  expect(JSON.parse(terminationMessage)).toEqual({ bytes: disk.length });
  expect(readFileSync(file).subarray(0, disk.length).equals(disk)).toBe(true);
  expect(requests.map(({ path }) => path)).toEqual(['/folder/my%20vm/my%20vm_1-flat.vmdk?dsName=fast+ds']);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toEqual({ progress: 100, bytes: disk.length });
});

test('a file system gets a sparse image of exactly the size of the disk', async () => {
  const { file, mount } = fileSystem();
  const { end } = await runImage({ image: 'importer', env: environment(), mounts: [mount] }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(readFileSync(file).equals(disk)).toBe(true);
  expect(statSync(file).blocks * 512).toBeLessThan(3 * MiB);
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
  expect(terminationMessage).toContain(`the disk has ${disk.length} bytes, its volume was asked for ${MiB}`);
});

test('a wrong password ends it with a message that does not repeat it', async () => {
  const { end, terminationMessage, output } = await runImage({
    image: 'importer',
    env: environment({ IMPORTER_SECRET_KEY: 'sesame' }),
    mounts: [fileSystem().mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toMatch(/refused the login/);
  expect(terminationMessage + output).not.toContain('sesame');
});

test('a server that shows another certificate never gets the login', async () => {
  const { end, terminationMessage } = await runImage({
    image: 'importer',
    env: environment({ IMPORTER_THUMBPRINT: new Array(20).fill('AB').join(':') }),
    mounts: [fileSystem().mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toMatch(/shows a certificate of thumbprint/);
  expect(requests).toEqual([]);
});

test('a missing disk is named', async () => {
  const { end, terminationMessage } = await runImage({
    image: 'importer',
    env: environment({ IMPORTER_BACKING_FILE: '[fast ds] gone/gone.vmdk' }),
    mounts: [fileSystem().mount],
  }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(terminationMessage).toContain('answered 404 for [fast ds] gone/gone.vmdk');
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
