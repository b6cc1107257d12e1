/** A small VM that stands for those of a plan which nobody has written yet. It is only tried, never made. */
import type { FrozenDisk, FrozenVm } from '../plan/frozen';
import type { AccessMode, VolumeMode } from '../plan/inventory';
import { baseName, volumeName } from '../plan/names';

export interface SampleOptions {
  namespace: string;
  storageClass: string;
  volumeMode: VolumeMode;
  accessMode: AccessMode;
  /** Of what is a plugin, and of the conversion. */
  image: string;
  vddkImage: string | null;
}

const DISK_BYTES = 64 * 2 ** 20;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** With two disks, one of them copied by a plugin; converted, and running at the end. */
export function sampleVm({ namespace, image, vddkImage, ...storage }: SampleOptions): FrozenVm {
  const plan = { namespace, name: 'doctor' };
  const base = baseName({ plan, vcenterUuid: NOBODY, moref: 'vm-0', targetName: 'sample' });
  const disk = (index: number, method: FrozenDisk['method']): FrozenDisk => ({
    key: 2000 + index,
    index,
    bus: 'scsi',
    basePath: `[datastore] sample/sample-${index}.vmdk`,
    currentPath: `[datastore] sample/sample-${index}.vmdk`,
    datastore: 'datastore',
    serial: null,
    capacityBytes: DISK_BYTES,
    requestBytes: DISK_BYTES,
    storageClass: storage.storageClass,
    volumeMode: storage.volumeMode,
    accessMode: storage.accessMode,
    method,
    volumeName: volumeName(base, index),
  });
  return {
    plan,
    source: {
      provider: { namespace, name: 'vcenter' },
      url: 'https://vcenter.invalid/sdk',
      secret: { namespace, name: 'login' },
      vddkImage,
    },
    target: { provider: { namespace, name: 'host' }, url: '', secret: null },
    vcenterUuid: NOBODY,
    vm: {
      moref: 'vm-0',
      name: 'sample',
      inventoryPath: '/datacenter/vm/sample',
      instanceUuid: NOBODY,
      biosUuid: NOBODY,
      powerState: 'poweredOn',
    },
    namespace,
    targetName: 'sample',
    baseName: base,
    startTarget: true,
    conversion: {
      image,
      kvm: true,
      scratch: { storageClass: storage.storageClass, requestBytes: DISK_BYTES },
    },
    hardware: {
      firmware: 'bios',
      secureBoot: false,
      tpm: false,
      sockets: 1,
      coresPerSocket: 1,
      memoryMiB: 512,
      guestId: 'otherLinux64Guest',
    },
    disks: [disk(0, { kind: 'import' }), disk(1, { kind: 'plugin', image, vars: {} })],
    nics: [],
    labels: {},
    nodeSelector: {},
    policy: POLICY,
  };
}

/** No step of it ever runs. */
const POLICY: FrozenVm['policy'] = {
  maxConcurrentDisks: 2,
  shutdownTimeoutSeconds: 60,
  onShutdownTimeout: 'powerOff',
  copyAttempts: 1,
  importRestarts: 1,
  copyDeadlineSeconds: 60,
  convertDeadlineSeconds: 60,
  convertAttempts: 1,
  onUnconvertible: 'park',
  verify: { by: 'none' },
  bindDeadlineSeconds: 60,
  startDeadlineSeconds: 60,
  parkDeadlineSeconds: 60,
};
