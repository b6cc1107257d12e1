import { collectionOf, type KubeObject, pathOf } from '../../../lab/standins/cluster';
import { CLAIMS, DATA_VOLUMES } from '../../../lab/standins/resources';
import { eventuallyPasses } from '../../support/eventually';
import { goodDataVolume, goodInstance, goodMachine } from './good-objects';
import {
  DISK,
  HARDWARE,
  KINDS,
  NIC,
  ODD_MACHINES,
  SPOILT_MACHINES,
  spoilt,
  STRICTER,
} from './spoilt-objects';
import { startTestCluster, type TestCluster } from './test-cluster';

let lab: TestCluster;

beforeAll(async () => {
  lab = await startTestCluster();
});

afterAll(() => lab.stop());

const DRY = 'dryRun=All&fieldValidation=Strict';

/** Asks the API server, as Drover does, whether it would take the object. */
function admit(kind: keyof typeof KINDS, object: object): Promise<unknown> {
  return lab.cluster.call('POST', `${collectionOf(KINDS[kind].of, 'default')}?${DRY}`, object);
}

describe('objects that upstream takes', () => {
  test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('a good %s is accepted', async (kind) => {
    await expect(admit(kind, KINDS[kind].good())).resolves.toMatchObject({ kind: KINDS[kind].of.kind });
  });

  test.each(ODD_MACHINES)('%s: %j', async (path, value) => {
    await expect(admit('machine', spoilt('machine', path, value))).resolves.toBeDefined();
  });

  test('a DataVolume may ask for a literal claim', async () => {
    const volume = spoilt('dataVolume', 'spec.pvc', {
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Block',
      resources: { requests: { storage: '1Gi' } },
    });
    delete (volume as { spec: { storage?: object } }).spec.storage;
    await expect(admit('dataVolume', volume)).resolves.toBeDefined();
  });

  test('a VirtualMachine may hold a volume without a disk; its instance has one by the webhooks that run before', async () => {
    const volumes = [{ name: 'spare', persistentVolumeClaim: { claimName: 'x' } }];
    const machine = goodMachine();
    machine.spec.template.spec.volumes.push(...volumes);
    await expect(admit('machine', machine)).resolves.toBeDefined();
    const instance = goodInstance();
    instance.spec.volumes.push(...volumes);
    await expect(admit('instance', instance)).rejects.toThrow('every volume needs a disk');
  });
});

describe('fields that upstream does not have', () => {
  test.each([
    ['machine', 'spec.runstrategy', 'Always', 'spec.runstrategy'],
    ['machine', `${HARDWARE}.domain.cpus`, 2, 'spec.template.spec.domain.cpus'],
    ['machine', `${DISK}.size`, '1Gi', 'spec.template.spec.domain.devices.disks[0].size'],
    ['machine', `${NIC}.bridged`, {}, 'spec.template.spec.domain.devices.interfaces[0].bridged'],
    ['instance', 'spec.domain.memory.size', '1Gi', 'spec.domain.memory.size'],
    ['dataVolume', 'spec.source.vddk.username', 'x', 'spec.source.vddk.username'],
    ['dataVolume', 'spec.storage.size', '1Gi', 'spec.storage.size'],
  ] as const)('in a %s, %s is refused by name', async (kind, path, value, named) => {
    await expect(admit(kind, spoilt(kind, path, value))).rejects.toThrow(`unknown field "${named}"`);
  });

  test('a field of the wrong type is refused', async () => {
    const object = spoilt('machine', `${HARDWARE}.domain.cpu.cores`, 'two');
    await expect(admit('machine', object)).rejects.toThrow('must be of type integer');
  });
});

describe("what KubeVirt's webhooks refuse", () => {
  test.each([...SPOILT_MACHINES, ...STRICTER])('%s: %j', async (path, value, message) => {
    await expect(admit('machine', spoilt('machine', path, value))).rejects.toThrow(message);
  });

  test('an instance without memory is refused', async () => {
    const instance: { spec: { domain: { memory?: object; resources?: object } } } = goodInstance();
    delete instance.spec.domain.memory;
    delete instance.spec.domain.resources;
    await expect(admit('instance', instance)).rejects.toThrow('no memory requested');
  });
});

describe("what CDI's webhook refuses", () => {
  const VDDK = 'spec.source.vddk';
  test.each([
    ['spec.pvc', { resources: { requests: { storage: '1Gi' } } }, 'exactly one of pvc and storage'],
    ['spec.storage', {}, "size can't be missing"],
    ['spec.storage.resources.requests.storage', '0', "size can't be missing"],
    ['spec.storage.resources.requests.storage', '-1', "size can't be missing"],
    ['spec.source.blank', {}, 'exactly one source'],
    ['spec.source', {}, 'exactly one source'],
    ['spec.sourceRef', { kind: 'DataSource', name: 'x' }, 'either source or sourceRef'],
    ['spec.source', { registry: {} }, 'either URL or ImageStream'],
    ['spec.source', { registry: { url: 'docker://' } }, 'illegal registry source URL'],
    ['spec.source', { registry: { url: 'https://registry/disk' } }, 'illegal registry source URL'],
    [`${VDDK}.url`, '', 'the source URL is empty or invalid'],
    [`${VDDK}.url`, 'ftp://vcenter/sdk', 'the source URL is empty or invalid'],
    [`${VDDK}.uuid`, '', 'source VDDK is not valid'],
    [`${VDDK}.backingFile`, '', 'source VDDK is not valid'],
    [`${VDDK}.thumbprint`, '', 'source VDDK is not valid'],
    [`${VDDK}.secretRef`, '', 'source VDDK is not valid'],
    ['spec.contentType', 'qcow2', 'contentType must be kubevirt or archive'],
  ])('%s: %j', async (path, value, message) => {
    await expect(admit('dataVolume', spoilt('dataVolume', path, value))).rejects.toThrow(message);
  });

  test('the spec of a DataVolume never changes, but its checkpoints may', async () => {
    const volume = await lab.cluster.create(DATA_VOLUMES, goodDataVolume('immutable') as KubeObject);
    const change = (spec: object) =>
      lab.cluster.call(
        'PATCH',
        `${pathOf(DATA_VOLUMES, { name: 'immutable', namespace: 'default' })}?${DRY}`,
        { spec },
        'application/merge-patch+json',
      );
    expect(volume.metadata?.uid).toBeDefined();
    await expect(change({ source: { vddk: { thumbprint: 'DD' } } })).rejects.toThrow('cannot update');
    await expect(change({ preallocation: true })).rejects.toThrow('cannot update');
    await expect(change({ checkpoints: [{ current: 'snapshot-1', previous: '' }] })).resolves.toBeDefined();
  });

  test("someone else's claim of the same name is in the way", async () => {
    await lab.cluster.create(CLAIMS, {
      metadata: { name: 'taken', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    // The rule reads claims from the API server's own cache, which learns of one a moment later.
    const refused = async () => {
      await expect(admit('dataVolume', goodDataVolume('taken'))).rejects.toThrow('already exists');
    };
    await eventuallyPasses(refused, 10);
    await expect(admit('dataVolume', goodDataVolume('free'))).resolves.toBeDefined();
  });
});
