import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImage } from './run-image';
import { eventually } from '../../support/eventually';

interface Copy {
  state: 'running' | 'done' | 'failed';
  bytesDone: number;
  bytesTotal: number;
  error?: string;
}

const UNKNOWN = 'volume-unknown';

/** An array that moves a quarter of a disk each time somebody asks about it, unless it is told to stand still. */
let copies: Map<string, Copy>;
let started: unknown[];
let removed: string[];
let standsStill: boolean;
let array: Server;
let dir: string;

beforeAll(async () => {
  array = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
  });
  array.listen(0, '127.0.0.1');
  await once(array, 'listening');
});

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
  if (request.method === 'POST') {
    const chunks = (await request.toArray()) as Buffer[];
    const copy = JSON.parse(Buffer.concat(chunks).toString()) as {
      copyId: string;
      capacityBytes: number;
      volumeHandle: string;
    };
    if (copy.volumeHandle === UNKNOWN) return [404, { error: 'no volume' }];
    started.push(copy);
    copies.set(copy.copyId, { state: 'running', bytesDone: 0, bytesTotal: copy.capacityBytes });
    return [201, { id: copy.copyId }];
  }
  const id = decodeURIComponent((request.url ?? '').replace('/copies/', ''));
  const copy = copies.get(id);
  if (!copy) {
    return [404, {}];
  }
  if (request.method === 'DELETE') {
    removed.push(id);
    copies.delete(id);
    return [200, {}];
  }
  if (copy.state === 'running' && !standsStill) {
    copy.bytesDone += copy.bytesTotal / 4;
    copy.state = copy.bytesDone >= copy.bytesTotal ? 'done' : 'running';
  }
  return [200, copy];
}

beforeEach(() => {
  copies = new Map();
  started = [];
  removed = [];
  standsStill = false;
  dir = mkdtempSync(join(tmpdir(), 'drover-plugin-'));
  mkdirSync(join(dir, 'secret'));
  writeFileSync(join(dir, 'secret', 'accessKeyId'), 'user');
  writeFileSync(join(dir, 'secret', 'secretKey'), 'right');
});
afterEach(() => rmSync(dir, { recursive: true }));
afterAll(() => array.close());

function start(change: Record<string, string> = {}) {
  const env = {
    ARRAY_URL: `http://127.0.0.1:${(array.address() as AddressInfo).port}`,
    CONTRACT_VERSION: '1',
    COPY_ID: 'plan/vm-1/2000',
    ATTEMPT: '1',
    BASE_VMDK: '[san] vm/vm.vmdk',
    CURRENT_VMDK: '[san] vm/vm.vmdk',
    CAPACITY_BYTES: '4096',
    VOLUME_HANDLE: 'volume-7',
    TARGET_PATH: '/dev/drover/target',
    ...change,
  };
  const mounts = [{ source: join(dir, 'secret'), target: '/etc/secret', readOnly: true }];
  return runImage({ image: 'offload-plugin', env, mounts });
}

test('it has the array copy the disk, and says how far that is', async () => {
  const { end, terminationMessage, output } = await start().ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(JSON.parse(terminationMessage)).toEqual({ result: { bytes: 4096 } });
  expect(started).toEqual([
    { copyId: 'plan/vm-1/2000', source: '[san] vm/vm.vmdk', volumeHandle: 'volume-7', capacityBytes: 4096 },
  ]);
  const progress = output.split('\n').filter((line) => line.includes('bytesDone'));
  expect(progress.map((line) => (JSON.parse(line) as Copy).bytesDone)).toEqual([1024, 2048, 3072, 4096]);
});

test('a copy that a dead Pod left running is adopted, not begun again', async () => {
  copies.set('plan/vm-1/2000', { state: 'running', bytesDone: 1024, bytesTotal: 4096 });
  const { end } = await start({ ATTEMPT: '2' }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(started).toEqual([]);
});

test('a copy that ended in an earlier attempt is done again', async () => {
  copies.set('plan/vm-1/2000', { state: 'done', bytesDone: 4096, bytesTotal: 4096 });
  const { end } = await start({ ATTEMPT: '2' }).ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(removed).toEqual(['plan/vm-1/2000']);
  expect(started).toHaveLength(1);
});

test("the array's failure is passed on as worth another attempt", async () => {
  standsStill = true;
  copies.set('plan/vm-1/2000', { state: 'running', bytesDone: 1024, bytesTotal: 4096 });
  const running = start();
  await firstProgress(running);
  copies.set('plan/vm-1/2000', { state: 'failed', bytesDone: 1024, bytesTotal: 4096, error: 'pool is full' });
  const { end, terminationMessage } = await running.ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(JSON.parse(terminationMessage)).toEqual({ error: { message: 'pool is full', retryable: true } });
});

test('SIGTERM stops the copy in the array too', async () => {
  standsStill = true;
  const running = start();
  await firstProgress(running);
  running.sandbox.terminate();
  const { end, terminationMessage } = await running.ended;
  expect(end).toEqual({ kind: 'exited', exitCode: 1 });
  expect(JSON.parse(terminationMessage)).toMatchObject({ error: { retryable: true } });
  expect(copies.size).toBe(0);
});

test('what the array refuses is refused for good, and what keeps it from answering is not', async () => {
  const refused = await start({ VOLUME_HANDLE: UNKNOWN }).ended;
  expect(JSON.parse(refused.terminationMessage)).toEqual({
    error: { message: 'the array answered 404: no volume', retryable: false },
  });
  const unreachable = await start({ ARRAY_URL: 'http://127.0.0.1:1' }).ended;
  expect(JSON.parse(unreachable.terminationMessage)).toMatchObject({
    error: { message: expect.stringContaining('does not answer') as string, retryable: true },
  });
  for (const { output } of [refused, unreachable]) expect(output).not.toContain('right');
});

test('a snapshot is refused for good: the array sees only base files', async () => {
  const { terminationMessage } = await start({ CURRENT_VMDK: '[san] vm/vm-000001.vmdk' }).ended;
  expect(JSON.parse(terminationMessage)).toMatchObject({ error: { retryable: false } });
  expect(started).toEqual([]);
});

async function firstProgress(running: ReturnType<typeof start>): Promise<void> {
  await eventually(() => running.output().includes('bytesDone'));
}
