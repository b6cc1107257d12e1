/** Makes a volume for each claim of the lab's classes; the real PV controller binds it. */
import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1StorageClass,
} from '@kubernetes/client-node';
import { unlessExists } from '../cluster';
import { eventRecorder, type Recorder } from '../events';
import { parseBytes } from '../quantity';
import { VOLUMES } from '../resources';
import { key, splitKey } from '../watched';
import { type Outcome, WorkQueue } from '../work-queue';
import type { Controller, World } from '../world';
import { DRIVER, volumeFolder, volumeHandle, volumeName } from './driver';

const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const ZONE = 'topology.kubernetes.io/zone';

/** Pause before the provisioner asks a full array again. */
const RETRY_MS = 5_000;

interface Request {
  claim: V1PersistentVolumeClaim;
  class: V1StorageClass;
  /** The node that the scheduler chose; null where the class binds at once. */
  node: string | null;
}

export function startProvisioner(world: World, volumesDir: string): Controller {
  const record = eventRecorder(world.cluster, DRIVER);
  const queue = new WorkQueue({
    name: 'csi provisioner',
    log: world.log,
    work: (claimKey) => provision({ world, volumesDir, record }, claimKey),
  });
  world.claims.onChange(({ metadata }) => queue.add(key(metadata?.name ?? '', metadata?.namespace)));
  return { stop: () => queue.stop() };
}

interface Provisioner {
  world: World;
  volumesDir: string;
  record: Recorder;
}

async function provision(provisioner: Provisioner, claimKey: string): Promise<Outcome> {
  const request = requestOf(provisioner.world, claimKey);
  if (request === null) return 'done';
  const { claim } = request;
  if (request.class.parameters?.full === 'true') {
    await provisioner.record(claim, {
      reason: 'ProvisioningFailed',
      message: `failed to provision volume with StorageClass "${request.class.metadata?.name}": the array is full`,
    });
    return RETRY_MS;
  }
  const volume = await describeVolume(provisioner.world, request);
  await allocate(provisioner.volumesDir, volume);
  await unlessExists(provisioner.world.cluster.create(VOLUMES, volume));
  return 'done';
}

/** The claim and its class; null where the claim is not the lab's driver's, or not ready for a volume. */
function requestOf(world: World, claimKey: string): Request | null {
  const { name, namespace } = splitKey(claimKey);
  const claim = world.claims.get(name, namespace);
  const annotations = claim?.metadata?.annotations ?? {};
  if (!claim || claim.metadata?.deletionTimestamp || annotations[PROVISIONER] !== DRIVER) return null;
  const storageClass = world.classes.get(claim.spec?.storageClassName ?? '');
  if (!storageClass || claim.spec?.volumeName) return null;
  const node = annotations[SELECTED_NODE] ?? null;
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && node === null) return null;
  return { claim, class: storageClass, node };
}

async function describeVolume(world: World, request: Request): Promise<V1PersistentVolume> {
  const { claim, class: storageClass } = request;
  const { name, namespace, uid = '' } = claim.metadata ?? {};
  const zone = storageClass.parameters?.zonal === 'true' ? await zoneOf(world, request.node) : null;
  return {
    metadata: {
      name: volumeName(uid),
      annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER },
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec?.accessModes,
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      storageClassName: storageClass.metadata?.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      csi: { driver: DRIVER, volumeHandle: volumeHandle(uid), ...attributesOf(storageClass) },
      ...(zone === null ? {} : { nodeAffinity: onlyIn(zone) }),
    },
  };
}

/** What the lab's node is to know of a volume. */
function attributesOf({ parameters = {} }: V1StorageClass) {
  const { devices } = parameters;
  return devices === undefined ? {} : { volumeAttributes: { devices } };
}

async function zoneOf(world: World, node: string | null): Promise<string> {
  const { metadata } = await world.cluster.call<V1Node>('GET', `/api/v1/nodes/${node}`);
  const zone = metadata?.labels?.[ZONE];
  if (zone === undefined) throw new Error(`node ${node} is in no zone`);
  return zone;
}

function onlyIn(zone: string) {
  const matchExpressions = [{ key: ZONE, operator: 'In', values: [zone] }];
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } };
}

async function allocate(volumesDir: string, volume: V1PersistentVolume): Promise<void> {
  const folder = volumeFolder(volumesDir, volume.metadata?.name ?? '');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  if (volume.spec?.volumeMode !== 'Block') return;
  const device = await open(join(folder, 'block'), 'a');
  try {
    await device.truncate(parseBytes(volume.spec.capacity?.storage ?? '0'));
  } finally {
    await device.close();
  }
}
