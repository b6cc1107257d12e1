import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import type { Totals } from '../../../lab/standins/array/counters';
import type { DataVolume } from '../../../lab/standins/resources';
import * as resources from '../../../lab/standins/resources';
import { goodDataVolume } from './good-objects';
import { holder, NAMESPACE, startTestLab, type TestLab } from './test-lab';
import { LOGIN, startTestSource, type TestSource } from './test-source';
import { eventually } from '../../support/eventually';

const { CLAIMS, CONFIG_MAPS, DATA_VOLUMES, EVENTS, PODS } = resources;
const MIB = 1024 * 1024;
const BYTES = 4 * MIB;
const SECRET = 'login';

let lab: TestLab;
let source: TestSource;

beforeAll(async () => {
  [lab, source] = await Promise.all([startTestLab(), startTestSource()]);
  await createLogin(SECRET);
});

afterAll(async () => {
  source.stop();
  await lab.stop();
});

async function createLogin(name: string): Promise<void> {
  await lab.cluster.call('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name },
    stringData: { accessKeyId: LOGIN.user, secretKey: LOGIN.password },
  });
}

interface Wish {
  storageClass?: string;
  /** Absent: the disk's bytes are random. Null: there is no such disk. */
  content?: Buffer | null;
  secret?: string;
}

/** A DataVolume of a disk that the source has; returns the disk's bytes. */
async function importDisk(name: string, wish: Wish = {}): Promise<Buffer> {
  const { storageClass = 'fast-files', secret = SECRET } = wish;
  const content = wish.content === undefined ? randomBytes(BYTES) : wish.content;
  const backingFile = `[ssd-1] ${name}/${name}.vmdk`;
  if (content) source.disks.set(backingFile, content);
  const volume = goodDataVolume(name, NAMESPACE);
  Object.assign(volume.spec.source.vddk, { ...sourceEnd(), backingFile, secretRef: secret });
  volume.spec.storage = { storageClassName: storageClass, resources: { requests: { storage: `${BYTES}` } } };
  await lab.cluster.create(DATA_VOLUMES, volume as DataVolume);
  return content ?? Buffer.alloc(0);
}

function sourceEnd() {
  return { url: source.url, thumbprint: source.thumbprint };
}

const at = (name: string) => ({ name, namespace: NAMESPACE });

function volume(name: string): Promise<DataVolume> {
  return lab.cluster.get(DATA_VOLUMES, at(name));
}

function inPhase(name: string, phase: string): Promise<DataVolume> {
  return eventually(async () => {
    const found = await volume(name);
    return found.status?.phase === phase && found;
  });
}

function condition(of: DataVolume, type: string) {
  return of.status?.conditions?.find((candidate) => candidate.type === type);
}

function importer(name: string): Promise<V1Pod | null> {
  return lab.cluster.find(PODS, at(`importer-${name}`));
}

async function eventsAbout(name: string): Promise<{ reason: string; message: string; count: number }[]> {
  const path = `${EVENTS.api}/namespaces/${NAMESPACE}/events?fieldSelector=involvedObject.name=${name}`;
  const { items } = await lab.cluster.call<{ items: { reason: string; message: string; count: number }[] }>(
    'GET',
    path,
  );
  return items;
}

async function bytesIn(name: string, file: string): Promise<Buffer> {
  const claim = await lab.cluster.get(CLAIMS, at(name));
  return readFileSync(join(lab.volumesDir, claim.spec?.volumeName ?? '', file));
}

async function imported(name: string): Promise<number> {
  const totals = (await (await fetch(`${lab.arrayUrl}/counters`)).json()) as Totals;
  return totals.imports[`${NAMESPACE}/${name}`] ?? 0;
}

async function createHolder(name: string, claim: string, block: boolean): Promise<void> {
  await lab.cluster.create(PODS, holder(name, claim, block));
  await eventually(async () => (await lab.cluster.get(PODS, at(name))).status?.phase === 'Running');
}

/** What Drover does to make CDI look at a claim again. */
async function touch(name: string): Promise<void> {
  await lab.cluster.patch(CLAIMS, at(name), { metadata: { annotations: { 'drover.dev/released': 'yes' } } });
}

test('a disk is imported into a file system, byte by byte, and its Pod goes', async () => {
  const content = await importDisk('files');
  const done = await inPhase('files', 'Succeeded');
  expect(done.status).toMatchObject({ progress: '100.0%', restartCount: 0, claimName: 'files' });
  expect(condition(done, 'Ready')?.status).toBe('True');
  expect((await bytesIn('files', 'disk.img')).equals(content)).toBe(true);
  expect(await imported('files')).toBe(BYTES);
  await eventually(async () => (await importer('files')) === null);
  const claim = await lab.cluster.get(CLAIMS, at('files'));
  expect(Number(claim.spec?.resources?.requests?.storage)).toBe(Math.ceil(BYTES / 0.94));
  expect(claim.metadata?.labels?.['app.kubernetes.io/managed-by']).toBe('cdi-controller');
});

test('an import is held back while a Pod uses the claim, and starts when the claim is touched', async () => {
  const content = await importDisk('held', { storageClass: 'fast-block' });
  await inPhase('held', 'WaitForFirstConsumer');
  await createHolder('binder', 'held', true);
  await inPhase('held', 'PVCBound');
  await eventually(async () =>
    (await eventsAbout('held')).some(({ reason }) => reason === 'ImportTargetInUse'),
  );
  // The pause between two looks has grown past a second once there were ten: nothing but a touch is quicker.
  await eventually(async () => (await eventsAbout('held')).some(({ count }) => count >= 10));
  expect(await importer('held')).toBeNull();
  await lab.cluster.delete(PODS, at('binder'));
  await eventually(async () => (await lab.cluster.find(PODS, at('binder'))) === null);
  await touch('held');
  await inPhase('held', 'Succeeded');
  expect((await bytesIn('held', 'block')).subarray(0, BYTES).equals(content)).toBe(true);
});

test('an importer without its Secret waits, and starts when the Secret is there', async () => {
  await importDisk('secretless', { secret: 'later' });
  await eventually(
    async () => condition(await volume('secretless'), 'Running')?.reason === 'CreateContainerConfigError',
  );
  expect((await volume('secretless')).status?.phase).toBe('ImportScheduled');
  await createLogin('later');
  await inPhase('secretless', 'Succeeded');
});

test('a broken import restarts for ever, says why, and never fails', async () => {
  await importDisk('broken', { content: null });
  const broken = await eventually(async () => {
    const found = await volume('broken');
    return (found.status?.restartCount ?? 0) >= 3 && found;
  });
  expect(broken.status?.phase).toBe('ImportInProgress');
  const running = await eventually(async () => {
    const found = condition(await volume('broken'), 'Running');
    return found?.status === 'False' && found;
  });
  expect(running.message).toContain('answered 404 for [ssd-1] broken/broken.vmdk');
  expect((await eventsAbout('broken')).map(({ reason }) => reason)).toContain('ErrImportFailed');
  source.disks.set('[ssd-1] broken/broken.vmdk', randomBytes(BYTES));
  await inPhase('broken', 'Succeeded');
  expect(await imported('broken')).toBe(BYTES);
});

test('a DataVolume that goes in the middle of its import takes Pod and claim along', async () => {
  await importDisk('aborted', { content: null });
  await eventually(async () => ((await volume('aborted')).status?.restartCount ?? 0) > 0);
  await lab.cluster.delete(DATA_VOLUMES, at('aborted'));
  await eventually(async () => (await lab.cluster.find(CLAIMS, at('aborted'))) === null);
  expect(await importer('aborted')).toBeNull();
});

test("a claim that has become somebody else's outlives its DataVolume", async () => {
  await importDisk('kept');
  await inPhase('kept', 'Succeeded');
  await importDisk('lost');
  await inPhase('lost', 'Succeeded');
  const owner = await lab.cluster.create(CONFIG_MAPS, { metadata: at('machine') });
  await lab.cluster.patch<V1PersistentVolumeClaim>(CLAIMS, at('kept'), {
    metadata: {
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'machine',
          uid: owner.metadata?.uid ?? '',
          controller: true,
        },
      ],
    },
  });
  await lab.cluster.delete(DATA_VOLUMES, at('kept'));
  await lab.cluster.delete(DATA_VOLUMES, at('lost'));
  // The garbage collector has come by when it has taken the one whose owner is gone.
  await eventually(async () => (await lab.cluster.find(CLAIMS, at('lost'))) === null);
  const kept = await lab.cluster.get(CLAIMS, at('kept'));
  expect(kept.metadata?.deletionTimestamp).toBeUndefined();
  expect(kept.status?.phase).toBe('Bound');
});

test("somebody else's claim of the name is left alone", async () => {
  const annotations = { 'cdi.kubevirt.io/allowClaimAdoption': 'true' };
  await lab.cluster.create(CLAIMS, {
    metadata: at('foreign'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  });
  const late = goodDataVolume('foreign', NAMESPACE);
  // Past admission, which would have refused it: the claim may as well have come a moment later.
  Object.assign(late.metadata.annotations, annotations);
  await lab.cluster.create(DATA_VOLUMES, late as DataVolume);
  await eventually(async () =>
    (await eventsAbout('foreign')).some(({ reason }) => reason === 'ErrResourceExists'),
  );
  const claim = await lab.cluster.get(CLAIMS, at('foreign'));
  expect(claim.metadata?.ownerReferences).toBeUndefined();
});

test('without a VDDK image anywhere the import waits, and starts when the cluster names one', async () => {
  const name = 'imageless';
  source.disks.set(`[ssd-1] ${name}/${name}.vmdk`, randomBytes(BYTES));
  const wanted = goodDataVolume(name, NAMESPACE) as DataVolume;
  const backingFile = `[ssd-1] ${name}/${name}.vmdk`;
  Object.assign(wanted.spec.source?.vddk ?? {}, { ...sourceEnd(), backingFile, secretRef: SECRET });
  delete wanted.spec.source?.vddk?.initImageURL;
  await lab.cluster.create(DATA_VOLUMES, wanted);
  await eventually(async () => condition(await volume(name), 'Bound')?.reason === 'AwaitingVDDK');
  expect(await importer(name)).toBeNull();
  const data = { 'vddk-init-image': 'lab.drover.dev/vddk:1' };
  await lab.cluster.create(CONFIG_MAPS, { metadata: { name: 'v2v-vmware', namespace: 'cdi' }, data });
  await inPhase(name, 'Succeeded');
});

test('a DataVolume that wants a populator is refused by name', async () => {
  const wanted = goodDataVolume('populated', NAMESPACE);
  wanted.metadata.annotations = {};
  await lab.cluster.create(DATA_VOLUMES, wanted as DataVolume);
  const refused = await eventually(async () => {
    const found = await volume('populated');
    return condition(found, 'Bound')?.reason === 'PopulatorNotSupported' && found;
  });
  expect(refused.status?.phase).toBe('Pending');
  expect(await lab.cluster.find(CLAIMS, at('populated'))).toBeNull();
});

test('an import that is held shows how far it is, and goes on when it is released', async () => {
  await fetch(`${lab.arrayUrl}/holds`, { method: 'POST', body: JSON.stringify({ vm: 'gated' }) });
  try {
    await importDisk('gated');
    const seen = await eventually(async () => {
      const { progress = 'N/A' } = (await volume('gated')).status ?? {};
      return /^[1-9]\d?\.\d\d%$/.test(progress) && progress;
    });
    expect(parseFloat(seen)).toBeLessThan(100);
  } finally {
    await fetch(`${lab.arrayUrl}/holds`, { method: 'DELETE' });
  }
  await inPhase('gated', 'Succeeded');
});
