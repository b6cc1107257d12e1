import { collectionOf, type KubeObject, pathOf } from '../../../lab/standins/cluster';
import { CLAIMS, DATA_VOLUMES, INSTANCES, MACHINES } from '../../../lab/standins/resources';
import { eventuallyPasses } from '../../support/eventually';
import { goodDataVolume, goodInstance, goodMachine } from './good-objects';
import { startTestCluster, type TestCluster } from './test-cluster';

let lab: TestCluster;

beforeAll(async () => {
  lab = await startTestCluster();
});

afterAll(() => lab.stop());

const DRY = 'dryRun=All&fieldValidation=Strict';

const KINDS = {
  machine: { of: MACHINES, good: goodMachine },
  instance: { of: INSTANCES, good: goodInstance },
  dataVolume: { of: DATA_VOLUMES, good: goodDataVolume },
} as const;

/** Asks the API server, as Drover does, whether it would take the object. */
function admit(kind: keyof typeof KINDS, object: object): Promise<unknown> {
  return lab.cluster.call('POST', `${collectionOf(KINDS[kind].of, 'default')}?${DRY}`, object);
}

/** The good object with one thing replaced; the last of the path's fields may be new. */
function spoilt(kind: keyof typeof KINDS, path: string, value: unknown): object {
  const object: object = KINDS[kind].good();
  const fields = path.split('.');
  const last = fields.pop() ?? '';
  const parent = fields.reduce((at, field) => (at as Record<string, object>)[field] as object, object);
  (parent as Record<string, unknown>)[last] = value;
  return object;
}

const HARDWARE = 'spec.template.spec';
const DISK = `${HARDWARE}.domain.devices.disks.0`;
const SECOND_DISK = `${HARDWARE}.domain.devices.disks.1`;
const NIC = `${HARDWARE}.domain.devices.interfaces.0`;
const SECOND_NIC = `${HARDWARE}.domain.devices.interfaces.1`;
const LONG = 'x'.repeat(257);

describe('objects that upstream takes', () => {
  test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('a good %s is accepted', async (kind) => {
    await expect(admit(kind, KINDS[kind].good())).resolves.toMatchObject({ kind: KINDS[kind].of.kind });
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

  test('a VirtualMachine may hold a volume without a disk, but its instance may not', async () => {
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
  test.each([
    [`${SECOND_DISK}.name`, 'vol-0', 'disks must not have the same name'],
    [`${HARDWARE}.volumes.1.name`, 'vol-0', 'volumes must not have the same name'],
    [`${DISK}.name`, 'vol-9', 'every disk needs a volume of the same name'],
    [`${DISK}.name`, 'Vol_0', 'must be a DNS-1123 label'],
    [`${DISK}.cdrom`, { bus: 'sata' }, 'only one of disk, lun and cdrom'],
    [`${DISK}.disk`, { bus: 'ide' }, 'must be one of virtio, scsi, sata, usb'],
    [`${DISK}.disk`, { bus: 'sata', readonly: true }, 'hard disks on sata do not support read-only'],
    [`${DISK}.bootOrder`, 0, 'must be greater than 0'],
    [`${DISK}.bootOrder`, 2, 'already set for a different device'],
    [`${SECOND_NIC}.bootOrder`, 1, 'already set for a different device'],
    [`${DISK}.serial`, LONG, 'the serial of a disk'],
    [`${DISK}.serial`, 'with space', 'the serial of a disk'],
    [`${DISK}.cache`, 'unsafe', 'the cache of a disk'],
    [`${DISK}.io`, 'uring', 'the io of a disk'],
    [`${DISK}.errorPolicy`, 'panic', 'the errorPolicy of a disk'],
    [`${HARDWARE}.volumes.0.emptyDisk`, { capacity: '1Gi' }, 'a volume must have exactly one source'],
    [`${HARDWARE}.volumes.0`, { name: 'vol-0' }, 'a volume must have exactly one source'],
    [`${HARDWARE}.volumes.0`, { name: 'vol-0', dataVolume: { name: '' } }, 'a dataVolume must be named'],
    [`${SECOND_NIC}.name`, 'net-0', 'interfaces must not have the same name'],
    [`${HARDWARE}.networks.1.name`, 'net-0', 'networks must not have the same name'],
    [`${SECOND_NIC}.name`, 'net-9', 'every interface needs a network'],
    [
      `${HARDWARE}.networks.2`,
      { name: 'net-9', multus: { networkName: 'x' } },
      'every network needs an interface',
    ],
    [`${SECOND_NIC}.name`, 'net.1', 'the name of an interface'],
    [`${HARDWARE}.networks.1.pod`, {}, 'a network must have exactly one type'],
    [`${HARDWARE}.networks.1`, { name: 'net-1', pod: {} }, 'more than one interface is connected to a pod'],
    [`${HARDWARE}.networks.1.multus`, { networkName: '' }, 'must have a networkName'],
    [`${NIC}.bridge`, {}, 'only one binding method'],
    [`${SECOND_NIC}`, { name: 'net-1', masquerade: {} }, 'masquerade is only possible on the pod network'],
    [`${NIC}`, { name: 'net-0', sriov: {} }, 'only possible on a multus network'],
    [`${NIC}.macAddress`, '00:50:56:aa:bb', 'macAddress of an interface is malformed'],
    [`${NIC}.macAddress`, '00:50:56:aa:bb-cc', 'macAddress of an interface is malformed'],
    [`${NIC}.model`, 'vmxnet3', 'the model of an interface is not supported'],
    [`${NIC}.state`, 'off', 'the state of an interface'],
    [`${HARDWARE}.domain.features.smm.enabled`, false, 'SecureBoot requires SMM'],
    [`${HARDWARE}.domain.features`, {}, 'SecureBoot requires SMM'],
    [`${HARDWARE}.domain.firmware.bootloader.bios`, {}, 'EFI and BIOS are mutually exclusive'],
    [`${HARDWARE}.domain.firmware.serial`, LONG, 'the serial of the firmware'],
    [`${HARDWARE}.domain.memory.guest`, '0', 'memory must be a quantity greater than 0'],
    [`${HARDWARE}.domain.memory.guest`, 'much', 'memory must be a quantity greater than 0'],
    [`${HARDWARE}.domain.resources.requests.memory`, '-1Gi', 'memory must be a quantity greater than 0'],
    [`${HARDWARE}.domain.cpu.cores`, -1, 'must not be negative'],
    [`${HARDWARE}.domain.cpu.maxSockets`, 1, 'greater than maxSockets'],
    [`${HARDWARE}.domain.devices.inputs.0.type`, 'mouse', 'must be a tablet'],
    [`${HARDWARE}.domain.machine.type`, 'pc-i440fx', 'the machine type is not supported'],
    [`${HARDWARE}.architecture`, 'x86_64', 'unsupported architecture'],
    [`${HARDWARE}.hostname`, 'Web_01', 'DNS_LABEL'],
    [`${HARDWARE}.evictionStrategy`, 'Never', 'the evictionStrategy is not recognized'],
    ['spec.running', true, 'exactly one of running and runStrategy'],
    ['spec.runStrategy', 'Sometimes', 'invalid runStrategy'],
    [
      'spec.dataVolumeTemplates',
      [{ metadata: { name: 'x' }, spec: {} }],
      'must be referenced in the volumes',
    ],
    ['metadata.name', 'a'.repeat(64), 'at most 63 characters'],
    ['metadata.name', 'web01.example', 'must be a DNS-1123 label'],
  ])('%s: %j', async (path, value, message) => {
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
