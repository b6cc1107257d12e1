import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import type { Totals } from '../../../lab/standins/array/counters';
import { collectionOf } from '../../../lab/standins/cluster';
import type { DataVolume } from '../../../lab/standins/resources';
import * as resources from '../../../lab/standins/resources';
import type { V1beta1DataVolumeSourceVDDK } from '@kubevirt-ui-ext/kubevirt-api/containerized-data-importer';
import { goodDataVolume } from './good-objects';
import { holder, NAMESPACE, startTestLab, type TestLab } from './test-lab';
import { startTestSource, type TestSource } from './test-source';
import { eventually } from '../../support/eventually';
import { serveImage } from '../../support/image-server';
import { pushImage } from '../../../lab/push-image';
import { startRegistry } from '../../../lab/registry';

const { CDI_CONFIGS, CLAIMS, CONFIG_MAPS, DATA_VOLUMES, EVENTS, PODS, VALIDATING_WEBHOOKS } = resources;
const MIB = 1024 * 1024;
const BYTES = 4 * MIB;
const SECRET = 'login';
/** The source's VMs, one for each import. */
const VMS =
  'files roomy held secretless waiting refused broken nowhere aborted kept lost imageless verified gated'.split(
    ' ',
  );

let lab: TestLab;
let source: TestSource;

beforeAll(async () => {
  [lab, source] = await Promise.all([startTestLab(), startTestSource(VMS, BYTES / MIB)]);
  await createLogin(SECRET);
});

afterAll(async () => {
  await Promise.all([source.stop(), lab.stop()]);
});

async function createLogin(name: string): Promise<void> {
  await lab.cluster.call('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name },
    stringData: { accessKeyId: source.login.user, secretKey: source.login.password },
  });
}

interface Wish {
  storageClass?: string;
  /** What the DataVolume asks for; default: the size of the disk. */
  requestBytes?: number;
  secret?: string;
  /** Fields of its source that differ. */
  vddk?: Partial<V1beta1DataVolumeSourceVDDK> & { certConfigMap?: string };
}

/** A DataVolume of the disk of the VM of this name; returns the disk's bytes. */
async function importDisk(name: string, wish: Wish = {}): Promise<Buffer> {
  const { storageClass = 'fast-files', secret = SECRET } = wish;
  const volume = goodDataVolume(name, NAMESPACE);
  Object.assign(volume.spec.source.vddk, { ...sourceEnd(name), secretRef: secret, ...wish.vddk });
  volume.spec.storage = {
    storageClassName: storageClass,
    resources: { requests: { storage: `${wish.requestBytes ?? BYTES}` } },
  };
  await lab.cluster.create(DATA_VOLUMES, volume as DataVolume);
  return source.disk(name).content;
}

function sourceEnd(vm: string) {
  const { instanceUuid: uuid, backingFile } = source.disk(vm);
  return { url: source.url, thumbprint: source.thumbprint, uuid, backingFile };
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

async function pathOf(name: string, file: string): Promise<string> {
  const claim = await lab.cluster.get(CLAIMS, at(name));
  return join(lab.volumesDir, claim.spec?.volumeName ?? '', file);
}

async function bytesIn(name: string, file: string): Promise<Buffer> {
  return readFileSync(await pathOf(name, file));
}

async function statOf(name: string, file: string): Promise<Stats> {
  return statSync(await pathOf(name, file));
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
  const image = await bytesIn('files', 'disk.img');
  expect(image.subarray(0, BYTES).equals(content)).toBe(true);
  expect(await imported('files')).toBe(BYTES);
  await eventually(async () => (await importer('files')) === null);
  const claim = await lab.cluster.get(CLAIMS, at('files'));
  expect(Number(claim.spec?.resources?.requests?.storage)).toBe(Math.ceil(BYTES * 1.06));
  expect(claim.metadata?.labels?.['app.kubernetes.io/managed-by']).toBe('cdi-controller');
});

test('an image in a file system is enlarged to what its claim can hold, for qemu and its group', async () => {
  const content = await importDisk('roomy', { requestBytes: BYTES + 3 * MIB });
  await inPhase('roomy', 'Succeeded');
  const image = await bytesIn('roomy', 'disk.img');
  expect(image).toHaveLength(BYTES + 3 * MIB);
  expect(image.subarray(0, BYTES).equals(content)).toBe(true);
  expect(image.subarray(BYTES).equals(Buffer.alloc(3 * MIB))).toBe(true);
  const { mode, uid, gid } = await statOf('roomy', 'disk.img');
  expect(mode & 0o777).toBe(0o660);
  // Without root the node maps every user to its own.
  if (process.getuid?.() === 0) expect({ uid, gid }).toEqual({ uid: 107, gid: 107 });
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

test("an importer's Pod has CDI's notes and resources, a token, and its user on containers alone", async () => {
  await importDisk('waiting', { secret: 'nobody-makes-it' });
  const pod = await eventually(() => importer('waiting'));
  expect(pod.metadata?.labels).toMatchObject({ 'cdi.kubevirt.io': 'importer' });
  expect(pod.metadata?.annotations).toMatchObject({
    'cdi.kubevirt.io/storage.createdByController': 'yes',
    'sidecar.istio.io/inject': 'false',
  });
  const { initContainers = [], containers = [], securityContext, tolerations, volumes } = pod.spec ?? {};
  for (const container of [...initContainers, ...containers]) {
    expect(container.resources).toEqual({
      requests: { cpu: '100m', memory: '60M' },
      limits: { cpu: '750m', memory: '600M' },
    });
    expect(container.securityContext?.runAsUser).toBe(107);
    expect(container.volumeMounts?.map(({ mountPath }) => mountPath)).toContain(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    );
  }
  expect(volumes?.some(({ projected }) => projected !== undefined)).toBe(true);
  expect(securityContext).toEqual({ fsGroup: 107 });
  expect(tolerations?.map(({ key }) => key)).toContain('node.kubernetes.io/not-ready');
});

test('an importer that the namespace does not admit is not made; CDI withholds why, and makes it once it may', async () => {
  const limits = `/api/v1/namespaces/${NAMESPACE}/limitranges`;
  const max = { memory: '500M' };
  await lab.cluster.call('POST', limits, {
    metadata: { name: 'small' },
    spec: { limits: [{ type: 'Container', max }] },
  });
  await importDisk('refused');
  const refused = await eventually(async () => {
    const found = await volume('refused');
    return condition(found, 'Running')?.reason === 'ErrStartingPod' && found;
  });
  expect(refused.status?.phase).toBe('ImportScheduled');
  expect(condition(refused, 'Running')?.message).toMatch(/^Error starting pod 'importer-refused': For more/);
  expect((await eventsAbout('refused')).map(({ reason }) => reason)).toContain('ErrStartingPod');
  expect(await importer('refused')).toBeNull();
  await lab.cluster.call('DELETE', `${limits}/small`);
  await touch('refused');
  await inPhase('refused', 'Succeeded');
});

test('a broken import restarts for ever, says why, and never fails', async () => {
  const find = source.lose('broken');
  await importDisk('broken');
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
  find();
  await inPhase('broken', 'Succeeded');
  expect(await imported('broken')).toBe(BYTES);
});

test('an importer says of a disk that the VM does not have what CDI says', async () => {
  await importDisk('nowhere', { vddk: { backingFile: '[ssd-1] nowhere/renamed.vmdk' } });
  const running = await eventually(async () => {
    const found = condition(await volume('nowhere'), 'Running');
    return found?.status === 'False' && found.reason === 'Error' && found;
  });
  expect(running.message).toBe(
    "Unable to connect to vddk data source: disk '[ssd-1] nowhere/renamed.vmdk' is not present in VM hardware config or snapshot list",
  );
  await lab.cluster.delete(DATA_VOLUMES, at('nowhere'));
});

test('an importer verifies vCenter by the authorities of a ConfigMap, and tells by what VDDK it read', async () => {
  const data = { 'ca.pem': source.authority };
  await lab.cluster.create(CONFIG_MAPS, { metadata: at('authorities'), data });
  await importDisk('verified', { vddk: { certConfigMap: 'authorities' } });
  await inPhase('verified', 'Succeeded');
  const { annotations } = (await lab.cluster.get(CLAIMS, at('verified'))).metadata ?? {};
  expect(annotations).toMatchObject({
    'cdi.kubevirt.io/storage.import.certConfigMap': 'authorities',
    'cdi.kubevirt.io/storage.pod.schedulable': 'true',
    'cdi.kubevirt.io/storage.pod.vddk.host': expect.stringMatching(/^127\.0\.0\.1:/) as string,
    'cdi.kubevirt.io/storage.pod.vddk.version': expect.any(String) as string,
  });
  expect(Object.keys(annotations ?? {}).filter((key) => key.includes('condition.bound'))).toEqual([]);
});

test('a DataVolume that goes in the middle of its import takes Pod and claim along', async () => {
  await importDisk('aborted', { vddk: { uuid: 'no-such-vm' } });
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
  // CDI complains as long as there is the DataVolume.
  await eventually(async () =>
    (await eventsAbout('kept')).some(({ reason }) => reason === 'ErrResourceExists'),
  );
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
  // Past CDI's webhook, which would have refused it: the claim may as well have come a moment later.
  Object.assign(late.metadata.annotations, annotations);
  await lab.cluster.create(DATA_VOLUMES, late as DataVolume);
  await eventually(async () =>
    (await eventsAbout('foreign')).some(({ reason }) => reason === 'ErrResourceExists'),
  );
  const claim = await lab.cluster.get(CLAIMS, at('foreign'));
  expect(claim.metadata?.ownerReferences).toBeUndefined();
});

test('nobody can make a DataVolume while CDI does not answer its webhooks', async () => {
  const webhook = { name: 'cdi-api-datavolume-validate' };
  const { webhooks } = await lab.cluster.get(VALIDATING_WEBHOOKS, webhook);
  const deaf = webhooks.map((one) => ({ ...one, clientConfig: { url: 'https://127.0.0.1:1/' } }));
  const path = `${collectionOf(DATA_VOLUMES, NAMESPACE)}?dryRun=All`;
  const tried = () =>
    lab.cluster.call('POST', path, goodDataVolume('probe', NAMESPACE)).then(
      () => 'admitted',
      ({ message }: Error) => message,
    );
  await lab.cluster.patch(VALIDATING_WEBHOOKS, webhook, { webhooks: deaf });
  await eventually(async () => (await tried()).includes('failed calling webhook "datavolume-validate.cdi'));
  await lab.cluster.patch(VALIDATING_WEBHOOKS, webhook, { webhooks });
  await eventually(async () => (await tried()) === 'admitted');
});

test('without a VDDK image anywhere the import waits, and starts when the cluster names one', async () => {
  const name = 'imageless';
  const wanted = goodDataVolume(name, NAMESPACE) as DataVolume;
  Object.assign(wanted.spec.source?.vddk ?? {}, { ...sourceEnd(name), secretRef: SECRET });
  delete wanted.spec.source?.vddk?.initImageURL;
  await lab.cluster.create(DATA_VOLUMES, wanted);
  await eventually(async () => condition(await volume(name), 'Bound')?.reason === 'AwaitingVDDK');
  expect(await importer(name)).toBeNull();
  const data = { 'vddk-init-image': 'lab.drover.dev/vddk:1' };
  await lab.cluster.create(CONFIG_MAPS, { metadata: { name: 'v2v-vmware', namespace: 'cdi' }, data });
  await inPhase(name, 'Succeeded');
});

test('an image of a web server is imported without VDDK', async () => {
  const web = await serveImage(BYTES);
  try {
    const wanted = goodDataVolume('web', NAMESPACE) as DataVolume;
    wanted.spec.source = { http: { url: web.url } };
    wanted.spec.storage = {
      storageClassName: 'fast-files',
      resources: { requests: { storage: `${BYTES}` } },
    };
    await lab.cluster.create(DATA_VOLUMES, wanted);
    const pod = await eventually(() => importer('web'));
    expect(pod.spec?.initContainers).toBeUndefined();
    await inPhase('web', 'Succeeded');
    expect((await bytesIn('web', 'disk.img')).subarray(0, BYTES).equals(web.content)).toBe(true);
  } finally {
    web.stop();
  }
});

describe('an image of a registry', () => {
  const content = 'disk '.repeat(MIB / 5);

  async function importOf(name: string, url: string): Promise<void> {
    const wanted = goodDataVolume(name, NAMESPACE) as DataVolume;
    wanted.spec.source = { registry: { url } };
    wanted.spec.storage = {
      storageClassName: 'fast-block',
      resources: { requests: { storage: `${BYTES}` } },
    };
    Object.assign(wanted.metadata?.annotations ?? {}, {
      'cdi.kubevirt.io/storage.bind.immediate.requested': 'true',
    });
    await lab.cluster.create(DATA_VOLUMES, wanted);
  }

  async function pushed(name: string, files: Record<string, string>): Promise<string> {
    const entries = Object.entries(files).map(([path, text]) => ({ path, content: text }));
    const reference = `${lab.registry}/${name}:1`;
    await pushImage({ layers: [{ entries }] }, { reference });
    return `docker://${reference}`;
  }

  const trust = (insecureRegistries: string[]) =>
    lab.cluster.patch(CDI_CONFIGS, { name: 'config' }, { spec: { insecureRegistries } });

  test('is a container disk: the file below /disk is imported, by way of a scratch volume', async () => {
    const url = await pushed('tiny', { '/etc/motd': 'no disk', '/disk/tiny.img': content });
    await trust([lab.registry]);
    await importOf('boxed', url);
    const scratch = await eventually(() => lab.cluster.find(CLAIMS, at('boxed-scratch')));
    expect(scratch.spec).toMatchObject({ storageClassName: 'fast-files', accessModes: ['ReadWriteOnce'] });
    await inPhase('boxed', 'Succeeded');
    expect((await bytesIn('boxed', 'block')).subarray(0, content.length).toString()).toBe(content);
    await eventually(async () => (await lab.cluster.find(CLAIMS, at('boxed-scratch'))) === null);
  });

  test('without a file below /disk is none', async () => {
    await trust([lab.registry]);
    await importOf('diskless', await pushed('diskless', { '/data/tiny.img': content }));
    expect(await saidOfImport('diskless')).toMatch(
      /Failed to find VM disk image file in the container image/,
    );
  });

  test('is asked for by https alone, unless CDI is told that its registry is insecure', async () => {
    const url = await pushed('tiny', { '/disk/tiny.img': content });
    await trust([]);
    await importOf('insecure', url);
    expect(await saidOfImport('insecure')).toMatch(/server gave HTTP response to HTTPS client/);
  });

  test('whose certificate nobody vouches for is read only where CDI is told that its registry is insecure', async () => {
    const registry = await startRegistry({ dir: join(lab.dir, 'unknown-registry'), tls: true });
    try {
      const reference = `${registry.host}/tiny:1`;
      await pushImage(
        { layers: [{ entries: [{ path: '/disk/tiny.img', content }] }] },
        { reference, ca: registry.ca },
      );
      await trust([]);
      await importOf('unverified', `docker://${reference}`);
      expect(await saidOfImport('unverified')).toMatch(/certificate signed by unknown authority/);
      await trust([registry.host]);
      await importOf('trusted', `docker://${reference}`);
      await inPhase('trusted', 'Succeeded');
    } finally {
      await registry.stop();
    }
  });

  function saidOfImport(name: string): Promise<string> {
    return eventually(async () => {
      const { message = '' } = condition(await volume(name), 'Running') ?? {};
      return message.startsWith('Unable to') && message;
    });
  }
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
