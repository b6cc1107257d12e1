/** Frozen VMs as the planner would make them. */
import type { CopyMethod, FrozenDisk, FrozenVm, MigrationPolicy } from '../../plan/frozen';
import { baseName, volumeName } from '../../plan/names';

const MIB = 1024 * 1024;
const VCENTER_UUID = '6f1c2f53-8a0a-4f6e-9a44-0c7a1c0f4f10';
const PLAN = { namespace: 'openshift-mtv', name: 'wave-1' };

export const BY_IMPORT: CopyMethod = { kind: 'import' };
export const BY_PLUGIN: CopyMethod = {
  kind: 'plugin',
  image: 'lab.drover.dev/offload-plugin:1',
  vars: { ARRAY: 'a-1' },
};

export const BY_PLUGIN_ELSE_IMPORT: CopyMethod = { ...BY_PLUGIN, fallback: 'import' };

/** Deadlines long enough that none passes in a test that does not shorten it. */
const POLICY: MigrationPolicy = {
  maxConcurrentDisks: 4,
  shutdownTimeoutSeconds: 30,
  onShutdownTimeout: 'powerOff',
  copyAttempts: 3,
  importRestarts: 3,
  copyDeadlineSeconds: 600,
  convertDeadlineSeconds: 600,
  convertAttempts: 3,
  onUnconvertible: 'park',
  verify: { by: 'none' },
  bindDeadlineSeconds: 600,
  startDeadlineSeconds: 600,
  parkDeadlineSeconds: 600,
};

const CONVERSION: FrozenVm['conversion'] = {
  image: 'lab.drover.dev/conversion:1',
  kvm: true,
  scratch: { storageClass: 'fast-files', requestBytes: 64 * MIB },
};

export interface FrozenVmSketch {
  /** One disk each. */
  methods?: CopyMethod[];
  policy?: Partial<MigrationPolicy>;
  poweredOn?: boolean;
  startTarget?: boolean;
  convert?: boolean;
}

let made = 0;

/** A VM of its own, however often it is called. */
export function frozenVm(sketch: FrozenVmSketch = {}): FrozenVm {
  made += 1;
  const {
    methods = [BY_IMPORT],
    policy = {},
    poweredOn = true,
    startTarget = poweredOn,
    convert = true,
  } = sketch;
  const moref = `vm-${made}`;
  const name = `web-${made}`;
  const base = baseName({ plan: PLAN, vcenterUuid: VCENTER_UUID, moref, targetName: name });
  return {
    plan: PLAN,
    source: {
      provider: { namespace: PLAN.namespace, name: 'vcenter' },
      url: 'https://vcenter.example.com/sdk',
      secret: { namespace: PLAN.namespace, name: 'vcenter-login' },
      vddkImage: 'lab.drover.dev/vddk:1',
    },
    target: { provider: { namespace: PLAN.namespace, name: 'host' }, url: '', secret: null },
    vcenterUuid: VCENTER_UUID,
    vm: {
      moref,
      name,
      inventoryPath: `/DC0/vm/${name}`,
      instanceUuid: `0000-${made}`,
      biosUuid: `1111-${made}`,
      powerState: poweredOn ? 'poweredOn' : 'poweredOff',
    },
    namespace: 'migrated',
    targetName: name,
    baseName: base,
    startTarget,
    conversion: convert ? CONVERSION : null,
    hardware: {
      firmware: 'bios',
      secureBoot: false,
      tpm: false,
      sockets: 1,
      coresPerSocket: 2,
      memoryMiB: 2048,
      guestId: 'otherLinux64Guest',
    },
    disks: methods.map((method, index) => frozenDisk(base, index, method)),
    nics: [],
    labels: {},
    nodeSelector: {},
    policy: { ...POLICY, ...policy },
  };
}

function frozenDisk(base: string, index: number, method: CopyMethod): FrozenDisk {
  return {
    key: 2000 + index,
    index,
    bus: 'scsi',
    basePath: `[ssd-1] web/web-${index}.vmdk`,
    currentPath: `[ssd-1] web/web-${index}.vmdk`,
    datastore: 'ssd-1',
    serial: null,
    capacityBytes: 8 * MIB,
    requestBytes: 8 * MIB,
    storageClass: 'fast-block',
    volumeMode: 'Block',
    accessMode: 'ReadWriteOnce',
    method,
    volumeName: volumeName(base, index),
  };
}
