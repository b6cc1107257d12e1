/** Upstream's external-provisioner with the lab's CSI driver, on a real API server with the real scheduler. No Pod runs here. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  PatchStrategy,
  setHeaderOptions,
  type V1PersistentVolume,
  type V1PersistentVolumeClaim,
  type V1PersistentVolumeSpec,
} from '@kubernetes/client-node';
import { applyCsiObjects, CSI_DRIVER, CSI_ZONE, csiObstacle, startCsiProvisioner } from '../../../lab/csi';
import { connect, type NodeApi } from '../../../lab/node/api';
import { LAB_NODES, type NodeIdentity, registerNode } from '../../../lab/node/registration';
import { buildProgram } from '../../../lab/own-program';
import { type StartedProcess, stopProcess } from '../../../lab/process';
import { eventually } from '../../support/eventually';
import { startTestCluster, type TestCluster } from '../standins/test-cluster';
import { holder, NAMESPACE as namespace } from '../standins/test-lab';
import { BUILD_TIMEOUT_MS, TestDriver, testOfDriver } from './driver';

const itOfDriver = testOfDriver();

let driver: TestDriver;
let cluster: TestCluster;
let provisioner: StartedProcess;
let api: NodeApi;

beforeAll(async () => {
  if (csiObstacle() !== null) return;
  await buildProgram('csi-provisioner', () => undefined);
  driver = new TestDriver();
  await driver.open();
  cluster = await startTestCluster();
  api = connect(cluster.kubeconfig);
  await applyCsiObjects(cluster.kubeconfig);
  for (const identity of LAB_NODES) await registerWithDriver(identity);
  await api.core.createNamespace({ body: { metadata: { name: namespace } } });
  const { kubeconfig, dir: logDir } = cluster;
  provisioner = await startCsiProvisioner({ kubeconfig, socket: driver.socket, logDir, lifetime: 'caller' });
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  if (provisioner) await stopProcess(provisioner);
  await cluster?.stop();
  await driver?.close();
});

/** A node in a zone, as a kubelet announces it to which the driver has said so. */
async function registerWithDriver({ name, zone }: NodeIdentity): Promise<void> {
  await registerNode(api, { name, zone }, 1);
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  await api.core.patchNode({ name, body: { metadata: { labels: { [CSI_ZONE]: zone } } } }, merge);
  const drivers = [{ name: CSI_DRIVER, nodeID: name, topologyKeys: [CSI_ZONE] }];
  await api.storage.patchCSINode({ name, body: { spec: { drivers } } }, merge);
}

async function claim(name: string, storageClassName: string, volumeMode: string): Promise<void> {
  const resources = { requests: { storage: '8Mi' } };
  const spec = { storageClassName, volumeMode, accessModes: ['ReadWriteOnce'], resources };
  await api.core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name }, spec } });
}

function read(name: string): Promise<V1PersistentVolumeClaim> {
  return api.core.readNamespacedPersistentVolumeClaim({ namespace, name });
}

/** The volume of a claim, once both are bound. */
function volumeOf(claimName: string): Promise<V1PersistentVolume> {
  return eventually(async () => {
    const { status, spec } = await read(claimName);
    return status?.phase === 'Bound' && api.core.readPersistentVolume({ name: spec?.volumeName ?? '' });
  });
}

/** What was said of a claim for a reason, once anything was. */
function saidOf(claimName: string, why: string): Promise<string> {
  return eventually(async () => {
    const fieldSelector = `involvedObject.name=${claimName}`;
    const { items } = await api.core.listNamespacedEvent({ namespace, fieldSelector });
    return items.find(({ reason }) => reason === why)?.message;
  });
}

/** A Pod of the claim that only one zone would do for. */
async function schedule(claimName: string, zone: string): Promise<void> {
  await eventually(async () => {
    const { items } = await api.core.listNamespacedServiceAccount({ namespace });
    return items.length > 0;
  });
  const body = holder(`of-${claimName}`, claimName, true);
  if (body.spec) body.spec.nodeSelector = { [CSI_ZONE]: zone };
  await api.core.createNamespacedPod({ namespace, body });
}

/** Zones of the nodes that can reach a volume. */
function zonesOf(volume: V1PersistentVolumeSpec | undefined): string[] {
  const expressions = (volume?.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(
    ({ matchExpressions = [] }) => matchExpressions,
  );
  expect(expressions.every(({ key, operator }) => key === CSI_ZONE && operator === 'In')).toBe(true);
  return expressions.flatMap(({ values = [] }) => values).sort();
}

itOfDriver(
  'a claim of a class that binds at once has a volume of the driver, which goes with it',
  async () => {
    await claim('files', 'loop-files', 'Filesystem');
    const { metadata, spec } = await volumeOf('files');
    expect(spec).toMatchObject({
      csi: {
        driver: CSI_DRIVER,
        volumeHandle: expect.stringMatching(/^vol-[0-9a-f]{32}$/) as string,
      },
      capacity: { storage: '8Mi' },
      volumeMode: 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
    });
    const folder = join(driver.volumesDir, spec?.csi?.volumeHandle ?? '');
    expect(existsSync(folder)).toBe(true);
    await api.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: 'files' });
    await eventually(async () => {
      const { items } = await api.core.listPersistentVolume();
      return !items.some((left) => left.metadata?.name === metadata?.name);
    });
    expect(existsSync(folder)).toBe(false);
  },
);

itOfDriver('a claim of a class that waits has none until a Pod of it is scheduled', async () => {
  await claim('device', 'loop-block', 'Block');
  await saidOf('device', 'WaitForFirstConsumer');
  // Another claim that has its volume shows that the provisioner is at work.
  await claim('witness', 'loop-files', 'Filesystem');
  await volumeOf('witness');
  expect((await read('device')).spec?.volumeName).toBeUndefined();
  await schedule('device', 'zone-a');
  const { spec } = await volumeOf('device');
  expect(spec).toMatchObject({ volumeMode: 'Block', csi: { driver: CSI_DRIVER } });
  expect(zonesOf(spec)).toEqual(['zone-a', 'zone-b']);
});

itOfDriver.each(LAB_NODES)(
  'a zonal volume is in $zone, where its Pod may be, and so is the Pod',
  async (node) => {
    const { name: nodeName, zone } = node;
    await claim(`in-${zone}`, 'loop-zonal', 'Block');
    await schedule(`in-${zone}`, zone);
    const { spec } = await volumeOf(`in-${zone}`);
    expect(zonesOf(spec)).toEqual([zone]);
    await eventually(async () => {
      const pod = await api.core.readNamespacedPod({ namespace, name: `of-in-${zone}` });
      return pod.spec?.nodeName === nodeName;
    });
  },
);

itOfDriver('a full array is said so on the claim, which stays pending', async () => {
  await claim('refused', 'loop-full', 'Filesystem');
  expect(await saidOf('refused', 'ProvisioningFailed')).toContain('the array is full');
  expect((await read('refused')).status?.phase).toBe('Pending');
});
