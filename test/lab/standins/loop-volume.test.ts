/** Copies of the lab's array into volumes of the real node's driver. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { CSI_DRIVER, csiObstacle, csiVolumeFile } from '../../../lab/csi';
import { arrayJournal, StorageArray } from '../../../lab/standins/array/array';
import type { CopyState } from '../../../lab/standins/array/copy';
import { Counters } from '../../../lab/standins/array/counters';
import { Settings } from '../../../lab/standins/array/settings';
import { eventually } from '../../support/eventually';
import { BUILD_TIMEOUT_MS, TestDriver, testOfDriver } from '../csi/driver';

const MEBIBYTE = 1 << 20;
const DISK = randomBytes(4 * MEBIBYTE);
const SOURCE = '[san-1] web/web.vmdk';
const VM = 'web';
const BLOCK = { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };

const itOfDriver = testOfDriver();
let driver: TestDriver;
let settings: Settings;
let array: StorageArray;
let volumes: V1PersistentVolume[];
let handle: string;

beforeEach(async () => {
  if (csiObstacle() !== null) return;
  driver = new TestDriver();
  await driver.open();
  const { dir } = driver;
  const datastoresDir = join(dir, 'datastores');
  mkdirSync(join(datastoresDir, 'san-1', 'web'), { recursive: true });
  writeFileSync(join(datastoresDir, 'san-1', 'web', 'web-flat.vmdk'), DISK);
  settings = new Settings(join(dir, 'settings.json'), 0);
  array = new StorageArray({
    folders: { volumesDir: join(dir, 'sandboxed'), loopVolumesDir: driver.volumesDir },
    datastoresDir,
    volumes: () => volumes,
    counters: new Counters(join(dir, 'counters.json')),
    settings,
    journal: arrayJournal(dir),
  });
  handle = await create('target', DISK.length);
  volumes = [persistentVolume(handle, 'Block')];
}, BUILD_TIMEOUT_MS);
afterEach(async () => {
  await array?.stop();
  await driver?.close();
});

/** A volume with something else in it. */
async function create(name: string, requiredBytes: number): Promise<string> {
  const request = { name, volumeCapabilities: [BLOCK], capacityRange: { requiredBytes } };
  const { volume } = await driver.call<{ volume: { volumeId: string } }>('CreateVolume', request);
  writeFileSync(fileOf(volume.volumeId), randomBytes(requiredBytes));
  return volume.volumeId;
}

function fileOf(volumeHandle: string): string {
  return csiVolumeFile(driver.volumesDir, volumeHandle) ?? '';
}

function persistentVolume(volumeHandle: string, volumeMode: string): V1PersistentVolume {
  return { metadata: { name: 'pv' }, spec: { volumeMode, csi: { driver: CSI_DRIVER, volumeHandle } } };
}

function staging() {
  const stagingTargetPath = join(driver.kubeletDir, 'staging');
  const volume = { volumeId: handle, stagingTargetPath };
  return {
    stage: () => driver.call('NodeStageVolume', { ...volume, volumeCapability: BLOCK }),
    unstage: () => driver.call('NodeUnstageVolume', volume),
  };
}

function start(copyId: string, more: object = {}): CopyState {
  return array.start({ copyId, source: SOURCE, volumeHandle: handle, capacityBytes: DISK.length, ...more });
}

function ended(copyId: string): Promise<CopyState> {
  return eventually(() => {
    const state = array.find(copyId);
    return state.state !== 'running' && state;
  });
}

async function bytesOf(device: FileHandle): Promise<Buffer> {
  const { buffer } = await device.read(Buffer.alloc(DISK.length), 0, DISK.length, 0);
  return buffer;
}

itOfDriver('whoever has read the device before sees the disk, and so does the file beneath', async () => {
  await staging().stage();
  const reader = await open(`/dev/${driver.devices()[0]}`);
  expect((await bytesOf(reader)).equals(DISK)).toBe(false);
  start('attached');
  expect(await ended('attached')).toMatchObject({ state: 'done' });
  expect((await bytesOf(reader)).equals(DISK)).toBe(true);
  await reader.close();
  expect(readFileSync(fileOf(handle)).equals(DISK)).toBe(true);
});

itOfDriver('a volume that no node has is written beneath, and seen by the next one that has it', async () => {
  start('beneath');
  expect(await ended('beneath')).toMatchObject({ state: 'done' });
  await staging().stage();
  const reader = await open(`/dev/${driver.devices()[0]}`);
  expect((await bytesOf(reader)).equals(DISK)).toBe(true);
  await reader.close();
});

itOfDriver(
  'a node that has lost its Pod and has the next one finds the same device as the array',
  async () => {
    const { stage, unstage } = staging();
    await stage();
    settings.hold(VM);
    start('held');
    await eventually(() => array.find('held').bytesDone * 2 >= DISK.length);
    await unstage();
    await stage();
    const reader = await open(`/dev/${driver.devices()[0]}`);
    await bytesOf(reader);
    settings.release();
    expect(await ended('held')).toMatchObject({ state: 'done' });
    expect((await bytesOf(reader)).equals(DISK)).toBe(true);
    await reader.close();
  },
);

itOfDriver('a copy fails at once where a node attaches the volume beneath which it writes', async () => {
  settings.hold(VM);
  start('overtaken');
  await eventually(() => array.find('overtaken').bytesDone * 2 >= DISK.length);
  await staging().stage();
  settings.release();
  expect(await ended('overtaken')).toMatchObject({
    state: 'failed',
    // It looks after each piece: the node may have let go of the volume before the end.
    bytesDone: DISK.length / 2,
    error: expect.stringMatching(/^the node attached the volume as \/dev\/loop\d+ while the array wrote/),
  });
});

itOfDriver('a volume that is too small fails the copy', async () => {
  handle = await create('small', MEBIBYTE);
  volumes = [persistentVolume(handle, 'Block')];
  start('small');
  expect((await ended('small')).error).toBe(`the volume holds 1048576 bytes, the disk has ${DISK.length}`);
});

itOfDriver('the array writes to no volume that the cluster or the driver does not know', () => {
  const gone = `vol-${'0'.repeat(32)}`;
  const outside = '../outside';
  mkdirSync(join(driver.dir, 'outside'));
  symlinkSync(fileOf(handle), join(driver.dir, 'outside', 'disk'));
  const known = handle;
  volumes = [persistentVolume(gone, 'Block'), persistentVolume(outside, 'Block')];
  for (const volumeHandle of [known, gone, outside]) {
    expect(() => start('refused', { volumeHandle })).toThrow(
      expect.objectContaining({ status: 404, message: `no volume ${volumeHandle}` }),
    );
  }
});

itOfDriver('the array refuses a volume with a file system, and says what the map has to say', () => {
  volumes = [persistentVolume(handle, 'Filesystem')];
  expect(() => start('refused')).toThrow(
    expect.objectContaining({ status: 409, message: expect.stringContaining('volumeMode: Block') }),
  );
});
