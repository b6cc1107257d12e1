/** The parts of the offload plugin contract (docs/plugin-contract.md) that are numbers, names and paths. */

export const PLUGIN_CONTRACT_VERSION = '1';

/** Seconds from SIGTERM to SIGKILL. */
export const PLUGIN_GRACE_SECONDS = 60;

/** Where a plugin finds what, inside its container. Nothing else is mounted by Drover. */
export const PLUGIN_PATHS = {
  /** vCenter's login. */
  login: '/etc/secret',
  /** The vendor's own Secret, where the map names one. */
  vendor: '/etc/vendor',
} as const;

/** Variables that every plugin gets from Drover; a map's `vars` may not redefine them. */
export const RESERVED_PLUGIN_VARS = [
  'HOST',
  'PLAN_NAME',
  'NAMESPACE',
  'VCENTER_URL',
  'VCENTER_THUMBPRINT',
  'HOST_THUMBPRINT',
  'PLAN_NAMESPACE',
  'VM_ID',
  'VM_NAME',
  'DISK_KEY',
  'BASE_VMDK',
  'CURRENT_VMDK',
  'DATASTORE',
  'CAPACITY_BYTES',
  'PVC_NAME',
  'PV_NAME',
  'CSI_DRIVER',
  'VOLUME_HANDLE',
  'TARGET_PATH',
  'CONTRACT_VERSION',
  'COPY_ID',
  'ATTEMPT',
] as const;
