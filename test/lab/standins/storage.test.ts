import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { CLAIMS, EVENTS, PODS, VOLUMES } from '../../../lab/standins/resources';
import { holder, NAMESPACE, startTestLab, type TestLab } from './test-lab';
import { eventually } from '../../support/eventually';

let lab: TestLab;

beforeAll(async () => {
  lab = await startTestLab();
});

afterAll(() => lab.stop());

const MIB = 1024 * 1024;

async function claim(name: string, storageClassName: string, volumeMode: string): Promise<void> {
  await lab.cluster.create(CLAIMS, {
    metadata: { name, namespace: NAMESPACE },
    spec: {
      storageClassName,
      volumeMode,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '8Mi' } },
    },
  });
}

function read(name: string): Promise<V1PersistentVolumeClaim> {
  return lab.cluster.get(CLAIMS, { name, namespace: NAMESPACE });
}

function bound(name: string): Promise<V1PersistentVolumeClaim> {
  return eventually(async () => {
    const found = await read(name);
    return found.status?.phase === 'Bound' && found;
  });
}

test('a class that binds at once gives a folder, which goes with its claim', async () => {
  await claim('files', 'fast-files', 'Filesystem');
  const volume = (await bound('files')).spec?.volumeName ?? '';
  const folder = join(lab.volumesDir, volume);
  expect(statSync(folder).isDirectory()).toBe(true);
  await lab.cluster.delete(CLAIMS, { name: 'files', namespace: NAMESPACE });
  await eventually(async () => (await lab.cluster.find(VOLUMES, { name: volume })) === null);
  expect(existsSync(folder)).toBe(false);
});

test('a class that waits gives nothing until a Pod of the claim is scheduled', async () => {
  await claim('device', 'fast-block', 'Block');
  await claim('witness', 'fast-files', 'Filesystem');
  await bound('witness');
  expect((await read('device')).status?.phase).toBe('Pending');
  await lab.cluster.create(PODS, holder('first-consumer', 'device', true));
  const volume = await lab.cluster.get(VOLUMES, { name: (await bound('device')).spec?.volumeName ?? '' });
  expect(volume.spec?.csi?.driver).toBe('csi.lab.drover.dev');
  expect(volume.spec?.csi?.volumeHandle).not.toBe(volume.metadata?.name);
  expect(statSync(join(lab.volumesDir, volume.metadata?.name ?? '', 'block')).size).toBe(8 * MIB);
});

test('a zonal volume can be used in the zone of its first consumer only', async () => {
  await claim('zonal', 'zonal-block', 'Block');
  const pod = holder('zonal-consumer', 'zonal', true);
  if (pod.spec) pod.spec.nodeSelector = { 'topology.kubernetes.io/zone': 'zone-b' };
  await lab.cluster.create(PODS, pod);
  const volume = await lab.cluster.get(VOLUMES, { name: (await bound('zonal')).spec?.volumeName ?? '' });
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
  expect(terms?.[0]?.matchExpressions?.[0]?.values).toEqual(['zone-b']);
});

test('a full array is said so on the claim, which stays pending', async () => {
  await claim('refused', 'never-binds', 'Filesystem');
  const event = await eventually(async () => {
    const { items } = await lab.cluster.call<{ items: { reason?: string; message?: string }[] }>(
      'GET',
      `${EVENTS.api}/namespaces/${NAMESPACE}/events?fieldSelector=involvedObject.name=refused`,
    );
    return items.find(({ reason }) => reason === 'ProvisioningFailed') ?? null;
  });
  expect(event.message).toContain('the array is full');
  expect((await read('refused')).status?.phase).toBe('Pending');
});
