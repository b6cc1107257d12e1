import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { readJournal } from '../../../lab/journal';
import { arrayJournal, StorageArray } from '../../../lab/standins/array/array';
import type { CopyState } from '../../../lab/standins/array/copy';
import { Counters } from '../../../lab/standins/array/counters';
import { type ArrayLogin, type ArrayServer, portFile, serveArray } from '../../../lab/standins/array/server';
import { Settings } from '../../../lab/standins/array/settings';
import { eventually } from '../../support/eventually';

const MIB = 1024 * 1024;
/** Ends with half a chunk of zeros and no whole chunk. */
const DISK = Buffer.concat([randomBytes(2 * MIB), Buffer.alloc(2 * MIB), randomBytes(512)]);
const SOURCE = '[ssd-1] web/web.vmdk';
const VOLUMES = [volume('pv-device', 'Block'), volume('pv-files', 'Filesystem')];

let dir: string;
let server: ArrayServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-array-'));
  mkdirSync(join(dir, 'datastores', 'ssd-1', 'web'), { recursive: true });
  writeFileSync(join(dir, 'datastores', 'ssd-1', 'web', 'web-flat.vmdk'), DISK);
  writeFileSync(join(dir, 'secret-flat.vmdk'), DISK);
  for (const { metadata } of VOLUMES)
    mkdirSync(join(dir, 'volumes', metadata?.name ?? ''), { recursive: true });
  writeFileSync(device(), randomBytes(5 * MIB));
  server = await startArray();
});

/** With what a former one has left in the folder. */
function startArray(login?: ArrayLogin): Promise<ArrayServer> {
  const counters = new Counters(join(dir, 'counters.json'));
  const settings = new Settings(join(dir, 'settings.json'), 0);
  const array = new StorageArray({
    folders: { volumesDir: join(dir, 'volumes') },
    datastoresDir: join(dir, 'datastores'),
    volumes: () => VOLUMES,
    counters,
    settings,
    journal: arrayJournal(dir),
  });
  return serveArray({ login, array, counters, settings }, { file: portFile(dir) });
}

afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

function device(): string {
  return join(dir, 'volumes', 'pv-device', 'block');
}

function volume(name: string, volumeMode: string): V1PersistentVolume {
  return {
    metadata: { name },
    spec: { volumeMode, csi: { driver: 'csi.lab.drover.dev', volumeHandle: `handle-of-${name}` } },
  };
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${server.url}${path}`, init);
  return { status: response.status, body: (await response.json()) as T };
}

function order(copyId: string, more: object = {}) {
  return { copyId, source: SOURCE, volumeHandle: 'handle-of-pv-device', capacityBytes: DISK.length, ...more };
}

async function ended(copyId: string): Promise<CopyState> {
  return eventually(async () => {
    const { body } = await ask<CopyState>('GET', `/copies/${copyId}`);
    return body.state !== 'running' && body;
  });
}

async function counted(copyId: string): Promise<number | undefined> {
  const { body } = await ask<{ copies: Record<string, number> }>('GET', '/counters');
  return body.copies[copyId];
}

test('a device that held something else holds the disk, zeros included', async () => {
  expect((await ask('POST', '/copies', order('one'))).status).toBe(201);
  expect(await ended('one')).toMatchObject({
    state: 'done',
    bytesDone: DISK.length,
    bytesTotal: DISK.length,
  });
  expect(readFileSync(device()).subarray(0, DISK.length).equals(DISK)).toBe(true);
  expect(await counted('one')).toBe(DISK.length);
});

test('the begin and the end of each copy are recorded', async () => {
  await ask('POST', '/faults', { source: SOURCE, times: 1, message: 'controller reset' });
  for (const copyId of ['bad', 'good']) {
    await ask('POST', '/copies', order(copyId));
    await ended(copyId);
  }
  const begin = { source: SOURCE, into: 'handle-of-pv-device' };
  const expected = [
    { copyId: 'bad', ...begin },
    { copyId: 'bad', how: 'failed' },
    { copyId: 'good', ...begin },
    { copyId: 'good', how: 'done' },
  ];
  const recorded = await eventually(() => {
    const lines = readJournal(arrayJournal(dir));
    return lines.length === expected.length && lines;
  });
  expect(recorded).toMatchObject(expected);
  expect(recorded.map(({ at }) => at)).toEqual(recorded.map(({ at }) => at).sort());
});

test('a file system gets an image of exactly the size of the disk', async () => {
  await ask('POST', '/copies', order('two', { volumeHandle: 'handle-of-pv-files' }));
  expect((await ended('two')).state).toBe('done');
  expect(readFileSync(join(dir, 'volumes', 'pv-files', 'disk.img')).equals(DISK)).toBe(true);
});

test('a fault breaks the copies of its disk half way, as often as it was asked to', async () => {
  await ask('POST', '/faults', { source: SOURCE, times: 1, message: 'controller reset' });
  await ask('POST', '/copies', order('three'));
  expect(await ended('three')).toMatchObject({ state: 'failed', error: 'controller reset' });
  await ask('DELETE', '/copies/three');
  await ask('POST', '/copies', order('three'));
  expect((await ended('three')).state).toBe('done');
  expect(await counted('three')).toBeGreaterThan(DISK.length);
});

test('a fault for ever lasts until it is cleared', async () => {
  await ask('POST', '/faults', { source: SOURCE, forever: true, message: 'no license' });
  for (const copyId of ['a', 'b']) {
    await ask('POST', '/copies', order(copyId));
    expect((await ended(copyId)).error).toBe('no license');
  }
  await ask('DELETE', '/faults');
  await ask('POST', '/copies', order('c'));
  expect((await ended('c')).state).toBe('done');
});

test('copies of a VM that is held stop half way, and end when it is released', async () => {
  await ask('POST', '/holds', { vm: 'web' });
  await ask('POST', '/copies', order('held'));
  const { bytesDone } = await eventually(async () => {
    const { body } = await ask<CopyState>('GET', '/copies/held');
    return body.bytesDone * 2 >= DISK.length && body;
  });
  expect(bytesDone).toBeLessThan(DISK.length);
  const gate = ask('GET', `/gate?source=${encodeURIComponent(SOURCE)}`);
  expect(await ask('GET', '/gate?source=[ssd-1]%20other/other.vmdk')).toMatchObject({ status: 200 });
  expect(await ask<CopyState>('GET', '/copies/held')).toMatchObject({
    body: { state: 'running', bytesDone },
  });
  await ask('DELETE', '/holds');
  expect(await gate).toMatchObject({ status: 200 });
  expect((await ended('held')).state).toBe('done');
});

test('the copies of one VM are released alone', async () => {
  for (const vm of ['other', 'web']) await ask('POST', '/holds', { vm });
  await ask('POST', '/copies', order('held'));
  const other = ask('GET', '/gate?source=[ssd-1]%20other/other.vmdk');
  await ask('DELETE', '/holds?vm=other');
  expect(await other).toMatchObject({ status: 200 });
  expect((await ask<CopyState>('GET', '/copies/held')).body.state).toBe('running');
  await ask('DELETE', '/holds?vm=web');
  expect((await ended('held')).state).toBe('done');
});

test('a copy that is held can be removed', async () => {
  await ask('POST', '/holds', { vm: 'web' });
  await ask('POST', '/copies', order('held'));
  expect((await ask('DELETE', '/copies/held')).status).toBe(200);
});

test('a copy that is removed writes no more', async () => {
  await ask('POST', '/copies', order('slow', { seconds: 60 }));
  expect((await ask<CopyState>('GET', '/copies/slow')).body.state).toBe('running');
  expect((await ask('POST', '/copies', order('slow'))).status).toBe(409);
  expect((await ask('DELETE', '/copies/slow')).status).toBe(200);
  expect((await ask('GET', '/copies/slow')).status).toBe(404);
  const after = readFileSync(device());
  // A copy that begins now and comes to its end: time enough for the removed one to write.
  await ask('POST', '/copies', order('clock', { volumeHandle: 'handle-of-pv-files', seconds: 0.1 }));
  expect((await ended('clock')).state).toBe('done');
  expect(readFileSync(device()).equals(after)).toBe(true);
});

test('the pace into one volume changes also for a copy that runs', async () => {
  const pace = (copySeconds: number, later?: number) =>
    ask('POST', '/settings', { volumeHandle: 'handle-of-pv-device', copySeconds, later });
  await pace(3_600);
  await ask('POST', '/copies', order('hurried'));
  // Between its first piece and its second.
  await eventually(async () => (await ask<CopyState>('GET', '/copies/hurried')).body.bytesDone > 0);
  expect((await ask<CopyState>('GET', '/copies/hurried')).body.state).toBe('running');
  await pace(0);
  expect((await ended('hurried')).state).toBe('done');
});

test('a pace for later begins with the copy after the next one', async () => {
  const pace = { volumeHandle: 'handle-of-pv-device', copySeconds: 0, later: 3_600 };
  await ask('POST', '/settings', pace);
  await ask('POST', '/copies', order('first'));
  expect((await ended('first')).state).toBe('done');
  await ask('POST', '/copies', order('second'));
  await eventually(async () => (await ask<CopyState>('GET', '/copies/second')).body.bytesDone > 0);
  expect((await ask<CopyState>('GET', '/copies/second')).body.state).toBe('running');
});

test('a power cut loses what a copy has only cached, though all of it is counted, and nothing of one that is done', async () => {
  const volumeHandle = 'handle-of-pv-device';
  await ask('POST', '/copies', order('safe'));
  expect((await ended('safe')).state).toBe('done');
  await ask('POST', '/power-cuts', { volumeHandle });
  expect(readFileSync(device()).subarray(0, DISK.length).equals(DISK)).toBe(true);

  await ask('POST', '/cache', { volumeHandle, seconds: 3_600 });
  await ask('POST', '/copies', order('cached'));
  await eventually(
    async () => (await ask<CopyState>('GET', '/copies/cached')).body.bytesDone === DISK.length,
  );
  expect((await ask<CopyState>('GET', '/copies/cached')).body.state).toBe('running');
  await ask('POST', '/power-cuts', { volumeHandle });
  expect(await ended('cached')).toMatchObject({ state: 'failed', error: expect.stringContaining('power') });
  expect(readFileSync(device()).subarray(0, DISK.length).equals(Buffer.alloc(DISK.length))).toBe(true);
});

test('a plugin that asks again after minutes finds its connection open', async () => {
  const { headers } = await fetch(`${server.url}/counters`);
  expect(headers.get('keep-alive')).toBe('timeout=600');
});

test('an array with a login does copies for nobody else, and still obeys the lab', async () => {
  await server.stop();
  server = await startArray({ username: 'user', password: 'right' });
  const asked = async (password: string) => {
    const authorization = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    const answer = await fetch(`${server.url}/copies/none`, { headers: { authorization } });
    return answer.status;
  };
  expect(await asked('right')).toBe(404);
  expect(await asked('wrong')).toBe(401);
  expect(await asked('wrongs')).toBe(401);
  expect((await ask('POST', '/copies', order('nobody'))).status).toBe(401);
  expect(await counted('nobody')).toBeUndefined();
  expect((await ask('DELETE', '/faults')).status).toBe(200);
});

test('a volume that is too small, and a disk of another size, fail the copy', async () => {
  truncateSync(device(), MIB);
  await ask('POST', '/copies', order('small'));
  expect((await ended('small')).error).toContain('the volume holds');
  await ask('POST', '/copies', order('size', { capacityBytes: MIB }));
  expect((await ended('size')).error).toContain(`the disk has ${DISK.length} bytes`);
});

test.each([
  ['an unknown volume', { volumeHandle: 'pv-device' }, 404],
  ['a path without datastore', { source: 'web/web.vmdk' }, 400],
  ['a path out of its datastore', { source: '[ssd-1] ../../secret.vmdk' }, 400],
  ['a capacity that is none', { capacityBytes: 'much' }, 400],
])('%s is refused', async (_what, more, status) => {
  expect((await ask('POST', '/copies', order('refused', more))).status).toBe(status);
  expect((await ask('GET', '/copies/refused')).status).toBe(404);
});

test('an array that was killed serves where it did, with its copies and settings; what it was doing has failed', async () => {
  await ask('POST', '/faults', { source: SOURCE, forever: true, message: 'no license' });
  await ask('POST', '/copies', order('broken'));
  expect((await ended('broken')).error).toBe('no license');
  await ask('DELETE', '/faults');
  await ask('POST', '/faults', { source: SOURCE, times: 1, message: 'controller reset' });
  await ask('POST', '/faults', { source: '[ssd-1] other.vmdk', forever: true, message: 'no license' });
  await ask('POST', '/copies', order('forgotten'));
  await ended('forgotten');
  await ask('DELETE', '/copies/forgotten');
  await ask('POST', '/copies', order('good'));
  await ended('good');
  await ask('POST', '/copies', order('slow', { seconds: 3_600 }));
  // A SIGKILL leaves the files as they are at this instant.
  const left = ['array.jsonl', 'settings.json'].map((name) => ({
    name,
    text: readFileSync(join(dir, name)),
  }));
  const { url } = server;
  await server.stop();
  for (const { name, text } of left) writeFileSync(join(dir, name), text);

  server = await startArray();

  expect(server.url).toBe(url);
  const bytesTotal = DISK.length;
  expect(await ended('good')).toMatchObject({ state: 'done', bytesDone: bytesTotal, bytesTotal });
  expect(await ended('broken')).toMatchObject({ state: 'failed' });
  expect(await ended('slow')).toMatchObject({
    state: 'failed',
    error: 'the array was restarted',
    bytesTotal,
  });
  expect((await ask('GET', '/copies/forgotten')).status).toBe(404);
  expect(readJournal(arrayJournal(dir)).at(-1)).toMatchObject({ copyId: 'slow', how: 'failed' });
  // The fault of one copy was used up, the one for ever lasts.
  const { faults } = JSON.parse(readFileSync(join(dir, 'settings.json'), 'utf8')) as { faults: object[] };
  expect(faults).toEqual([{ source: '[ssd-1] other.vmdk', times: null, message: 'no license' }]);
  await ask('DELETE', '/copies/slow');
  await ask('POST', '/copies', order('slow'));
  expect((await ended('slow')).state).toBe('done');
});
