/** The lab's CSI driver beyond the specification's own tests: what it must survive, and what it must refuse. */
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CSI_DRIVER, CSI_ZONE, csiObstacle } from '../../../lab/csi';
import { BUILD_TIMEOUT_MS, TestDriver, testOfDriver } from './driver';

const itOfDriver = testOfDriver();
let driver: TestDriver;
beforeEach(async () => {
  if (csiObstacle() !== null) return;
  driver = new TestDriver();
  await driver.open();
}, BUILD_TIMEOUT_MS);
afterEach(() => driver?.close());

const MEBIBYTE = 1 << 20;
const FILES = { mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } };
const BLOCK = { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };
type Capability = typeof FILES | typeof BLOCK;

interface Created {
  volume: { volumeId: string; capacityBytes: string; accessibleTopology?: { segments: object }[] };
}

async function create(name: string, capability: Capability, more: object = {}): Promise<Created['volume']> {
  const request = { name, volumeCapabilities: [capability], ...more };
  return (await driver.call<Created>('CreateVolume', request)).volume;
}

/** The paths and requests by which a kubelet shows a volume to a Pod, and takes it away. */
function shownTo(pod: string, volumeId: string, volumeCapability: Capability) {
  const stagingTargetPath = join(driver.kubeletDir, `staging-${volumeId}`);
  const targetPath = join(driver.kubeletDir, pod);
  const all = { volumeId, volumeCapability, stagingTargetPath, targetPath };
  return {
    path: targetPath,
    stage: () => driver.call('NodeStageVolume', { volumeId, volumeCapability, stagingTargetPath }),
    publish: (more: object = {}) => driver.call('NodePublishVolume', { ...all, ...more }),
    unpublish: () => driver.call('NodeUnpublishVolume', { volumeId, targetPath }),
    unstage: () => driver.call('NodeUnstageVolume', { volumeId, stagingTargetPath }),
  };
}

itOfDriver('volumes stay in use while the driver is killed, and the next one takes them away', async () => {
  const files = await create('files', FILES);
  const block = await create('block', BLOCK);
  const shownFiles = shownTo('files', files.volumeId, FILES);
  const shownBlock = shownTo('block', block.volumeId, BLOCK);
  for (const shown of [shownFiles, shownBlock]) {
    await shown.stage();
    await shown.publish();
  }
  await driver.run('sh', ['-c', `echo kept >${shownFiles.path}/file; echo kept >${shownBlock.path}`]);
  await driver.kill();
  expect(await driver.run('cat', [`${shownFiles.path}/file`])).toBe('kept\n');
  await driver.start();
  // The kubelet asks again for what it does not know to be done.
  for (const shown of [shownFiles, shownBlock]) {
    await shown.stage();
    await shown.publish();
  }
  expect(driver.devices()).toHaveLength(2);
  expect(await driver.run('head', ['-c', '4', shownBlock.path])).toBe('kept');
  for (const shown of [shownFiles, shownBlock]) {
    await shown.unpublish();
    await shown.unstage();
  }
  expect(driver.devices()).toEqual([]);
  for (const { volumeId } of [files, block]) await driver.call('DeleteVolume', { volumeId });
  expect(readdirSync(driver.volumesDir)).toEqual([]);
});

itOfDriver('the end of the lab releases every device, also those that a kubelet put over them', async () => {
  const { volumeId } = await create('block', BLOCK);
  const shown = shownTo('block', volumeId, BLOCK);
  await shown.stage();
  await shown.publish();
  const above = (await driver.run('losetup', ['--find', '--show', shown.path])).trim().slice('/dev/'.length);
  expect(existsSync(`/sys/block/${above}/loop`)).toBe(true);
  await driver.endMounts();
  await driver.release();
  expect(existsSync(`/sys/block/${above}/loop`)).toBe(false);
  expect(driver.devices()).toEqual([]);
});

itOfDriver(
  'a volume that is staged again keeps its device, also when who still has it open closes it',
  async () => {
    const { volumeId } = await create('block', BLOCK);
    const shown = shownTo('block', volumeId, BLOCK);
    await shown.stage();
    const user = await open(`/dev/${driver.devices()[0]}`);
    await shown.unstage();
    await shown.stage();
    await user.close();
    expect(driver.devices()).toHaveLength(1);
    await shown.publish();
    await shown.unpublish();
    await shown.unstage();
    expect(driver.devices()).toEqual([]);
  },
);

const HOSTILE_IDS = [
  '',
  '../volumes',
  'vol-0/../../x',
  '/etc/passwd',
  'a\nb',
  'a\0b',
  '.',
  '..',
  'x'.repeat(200),
];

itOfDriver('a release also takes what a killed lab has left, whose folder is gone', async () => {
  const { volumeId } = await create('block', BLOCK);
  await shownTo('block', volumeId, BLOCK).stage();
  await driver.endMounts();
  rmSync(driver.volumesDir, { recursive: true });
  expect(driver.devices()).toHaveLength(1);
  await driver.release();
  expect(driver.devices()).toEqual([]);
});

itOfDriver('the driver says to a kubelet what it is, and ends where the kubelet refuses it', async () => {
  const name = CSI_DRIVER;
  const registrar = join(driver.registry, `${name}-reg.sock`);
  expect(await driver.call('GetInfo', {}, registrar)).toEqual({
    ...{ type: 'CSIPlugin', name, endpoint: driver.socket },
    supportedVersions: ['1.0.0'],
  });
  await driver.call('NotifyRegistrationStatus', { pluginRegistered: true }, registrar);
  await driver.call('Probe', {});
  await driver.call('NotifyRegistrationStatus', { error: 'no such thing' }, registrar);
  expect(await driver.ended()).toContain('the kubelet refused loop.csi.lab.drover.dev: "no such thing"');
});

itOfDriver('every request refuses a hostile volume id', async () => {
  for (const volumeId of HOSTILE_IDS) {
    const { stage, publish, unpublish, unstage, path } = shownTo('pod', volumeId, BLOCK);
    const requests = [
      () => driver.call('DeleteVolume', { volumeId }),
      () => driver.call('ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [BLOCK] }),
      () => driver.call('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 1 } }),
      () => driver.call('NodeGetVolumeStats', { volumeId, volumePath: path }),
      ...[stage, publish, unpublish, unstage],
    ];
    for (const request of requests) await expect(request()).rejects.toThrow(/^InvalidArgument: .*volume_id/);
  }
});

itOfDriver('nothing is mounted outside of the kubelet’s folder, also not by a link', async () => {
  const { volumeId } = await create('files', FILES);
  symlinkSync(driver.dir, join(driver.kubeletDir, 'link'));
  const inside = join(driver.kubeletDir, 'staging');
  await driver.call('NodeStageVolume', { volumeId, volumeCapability: FILES, stagingTargetPath: inside });
  for (const path of [
    '/mnt',
    'relative',
    driver.kubeletDir,
    `${driver.kubeletDir}/../pod`,
    `${driver.kubeletDir}/link/pod`,
  ]) {
    const unpublish = { volumeId, targetPath: path };
    const publish = { ...unpublish, volumeCapability: FILES, stagingTargetPath: inside };
    await expect(driver.call('NodePublishVolume', publish)).rejects.toThrow(/^InvalidArgument: target_path/);
    await expect(driver.call('NodeUnpublishVolume', unpublish)).rejects.toThrow(
      /^InvalidArgument: target_path/,
    );
  }
  await driver.call('NodeUnstageVolume', { volumeId, stagingTargetPath: inside });
});

const BAD_SIZES: [string, RegExp, object][] = [
  ['less than nothing', /^OutOfRange/, { requiredBytes: -1 }],
  ['more than it allows itself', /^OutOfRange/, { requiredBytes: 2 * MEBIBYTE, limitBytes: MEBIBYTE }],
  ['a size between two extents', /^OutOfRange/, { requiredBytes: MEBIBYTE + 1, limitBytes: MEBIBYTE + 2 }],
  ['more than one volume can have', /^OutOfRange/, { requiredBytes: 2 ** 50 }],
  ['more than is left', /^ResourceExhausted: the array is full/, { requiredBytes: 2 ** 30 + 1 }],
];

itOfDriver('a claim of a size that can not be gets no volume', async () => {
  for (const [name, words, capacityRange] of BAD_SIZES) {
    await expect(create(name, BLOCK, { capacityRange })).rejects.toThrow(words);
  }
  expect(readdirSync(driver.volumesDir)).toEqual([]);
});

itOfDriver('volumes share the array’s capacity', async () => {
  const most = await create('most', BLOCK, { capacityRange: { requiredBytes: 1000 * MEBIBYTE } });
  expect(await driver.call('GetCapacity', {})).toMatchObject({ availableCapacity: String(24 * MEBIBYTE) });
  const another = { capacityRange: { requiredBytes: 32 * MEBIBYTE } };
  await expect(create('another', BLOCK, another)).rejects.toThrow(/^ResourceExhausted/);
  await driver.call('DeleteVolume', { volumeId: most.volumeId });
  expect(await create('another', BLOCK, another)).toMatchObject({ capacityBytes: String(32 * MEBIBYTE) });
});

itOfDriver('a volume has whole extents, and at least what was asked for', async () => {
  const { capacityBytes } = await create('odd', BLOCK, { capacityRange: { requiredBytes: MEBIBYTE + 1 } });
  expect(capacityBytes).toBe(String(2 * MEBIBYTE));
});

itOfDriver('a zonal volume is where it is preferred, and no node of another zone gets it', async () => {
  const zone = (name: string) => ({ segments: { [CSI_ZONE]: name } });
  const { volumeId, accessibleTopology } = await create('zonal', BLOCK, {
    parameters: { zonal: 'true' },
    accessibilityRequirements: { requisite: [zone('zone-a'), zone('zone-b')], preferred: [zone('zone-b')] },
  });
  expect(accessibleTopology).toEqual([zone('zone-b')]);
  expect(await driver.call('NodeGetInfo', {})).toMatchObject({ accessibleTopology: zone('zone-a') });
  const { stage, unstage } = shownTo('pod', volumeId, BLOCK);
  await expect(stage()).rejects.toThrow(
    /^FailedPrecondition: .* is in zone zone-b, node node-1 is in zone zone-a/,
  );
  await driver.kill();
  await driver.start('zone-b');
  await stage();
  await unstage();
  const elsewhere = {
    parameters: { zonal: 'true' },
    accessibilityRequirements: { requisite: [zone('zone-a')] },
  };
  await expect(create('zonal', BLOCK, elsewhere)).rejects.toThrow(/^AlreadyExists: .* it is in zone zone-b/);
});

itOfDriver(
  'a volume in use is neither removed nor enlarged; then its file system grows with it',
  async () => {
    const { volumeId } = await create('files', FILES, { capacityRange: { requiredBytes: 8 * MEBIBYTE } });
    const { path, stage, publish, unpublish, unstage } = shownTo('pod', volumeId, FILES);
    const expansion = { volumeId, capacityRange: { requiredBytes: 64 * MEBIBYTE } };
    await stage();
    await publish();
    await driver.run('sh', ['-c', `echo kept >${path}/file`]);
    await expect(driver.call('DeleteVolume', { volumeId })).rejects.toThrow(/^FailedPrecondition: .* in use/);
    await expect(driver.call('ControllerExpandVolume', expansion)).rejects.toThrow(/^FailedPrecondition/);
    await unpublish();
    await unstage();
    await driver.call('ControllerExpandVolume', expansion);
    await stage();
    await publish();
    const { usage } = await driver.call<{ usage: { total: string }[] }>('NodeGetVolumeStats', {
      volumeId,
      volumePath: path,
    });
    expect(Number(usage[0]?.total)).toBeGreaterThan(48 * MEBIBYTE);
    expect(await driver.run('cat', [`${path}/file`])).toBe('kept\n');
  },
);

itOfDriver('a volume that was asked for read-only is shown so, and not otherwise a second time', async () => {
  const { volumeId } = await create('files', FILES);
  const { path, stage, publish } = shownTo('pod', volumeId, FILES);
  await stage();
  await publish({ readonly: true });
  await expect(driver.run('touch', [`${path}/file`])).rejects.toThrow('Read-only file system');
  await expect(publish()).rejects.toThrow(/^AlreadyExists/);
});

itOfDriver('what a killed driver left half done is gone after the next start', async () => {
  await driver.kill();
  for (const name of ['.new-vol-0', '.gone-vol-0']) writeFileSync(join(driver.volumesDir, name), '');
  await driver.start();
  expect(readdirSync(driver.volumesDir)).toEqual([]);
});
