/** Every policy, in the order in which what they find is shown. A file that is missing here fails test/plan/policies. */
import type { Policy } from './policy';
import { template } from './machine/template';
import { suspended } from './machine/suspended';
import { unreachable } from './machine/unreachable';
import { managedBy } from './machine/managed-by';
import { faultToleranceSecondary } from './machine/fault-tolerance-secondary';
import { faultTolerance } from './machine/fault-tolerance';
import { snapshotsStay } from './machine/snapshots-stay';
import { consolidation } from './machine/consolidation';
import { encrypted } from './machine/encrypted';
import { tpm } from './devices/tpm';
import { noTools } from './guest/no-tools';
import { bootOrder } from './machine/boot-order';
import { pinning } from './machine/pinning';
import { latencySensitivity } from './machine/latency-sensitivity';
import { resourceLimits } from './machine/resource-limits';
import { hotAdd } from './machine/hot-add';
import { nestedVirtualization } from './machine/nested-virtualization';
import { classCapacity } from './disks/class-capacity';
import { volumeTooLarge } from './disks/volume-too-large';
import { changedNotes } from './machine/changed-notes';
import { smallerInstanceType } from './machine/smaller-instance-type';
import { virtualizationBasedSecurity } from './machine/virtualization-based-security';
import { vappProperties } from './machine/vapp-properties';
import { pciPassthrough } from './devices/pci-passthrough';
import { vgpu } from './devices/vgpu';
import { scsiPassthrough } from './devices/scsi-passthrough';
import { nvdimm } from './devices/nvdimm';
import { srIov } from './devices/sr-iov';
import { rdma } from './devices/rdma';
import { usbDevice } from './devices/usb-device';
import { serialPort } from './devices/serial-port';
import { parallelPort } from './devices/parallel-port';
import { media } from './devices/media';
import { otherDevice } from './devices/other-device';
import { noDisk } from './disks/no-disk';
import { tooManyDisks } from './disks/too-many-disks';
import { noCapacity } from './disks/no-capacity';
import { sharedDisk } from './disks/shared-disk';
import { forgetfulDisk } from './disks/forgetful-disk';
import { snapshots } from './disks/snapshots';
import { rdm } from './disks/rdm';
import { lunVolumeMode } from './disks/lun-volume-mode';
import { lunBoot } from './disks/lun-boot';
import { rdmAsLun } from './disks/rdm-as-lun';
import { independent } from './disks/independent';
import { encryptedDisk } from './disks/encrypted-disk';
import { encryptedImport } from './disks/encrypted-import';
import { podNetworkTwice } from './cards/pod-network-twice';
import { noMac } from './cards/no-mac';
import { macTwice } from './cards/mac-twice';
import { macTaken } from './cards/mac-taken';
import { networkUnconverted } from './guest/network-unconverted';
import { networkUnknown } from './guest/network-unknown';
import { networkOfPod } from './guest/network-of-pod';
import { networkUnproven } from './guest/network-unproven';
import { cardUnproven } from './guest/card-unproven';
import { networkNotKept } from './guest/network-not-kept';
import { pendingQuestion } from './machine/pending-question';
import { deepSnapshots } from './machine/deep-snapshots';
import { nameChanged } from './machine/name-changed';
import { hostnameEmpty } from './guest/hostname-empty';
import { hostnameDefault } from './guest/hostname-default';
import { freeSpace } from './guest/free-space';
import { guestUnknown } from './guest/guest-unknown';
import { windowsLegacy } from './guest/windows-legacy';
import { noPreference } from './guest/no-preference';
import { fastStartup } from './guest/fast-startup';
import { hostMaintenance } from './place/host-maintenance';
import { datastoreUnreachable } from './place/datastore-unreachable';
import { placementRules } from './place/placement-rules';
import { powerPrivileges } from './place/power-privileges';
import { diskPrivileges } from './place/disk-privileges';
import { clockSkew } from './place/clock-skew';

export const POLICIES: readonly Policy[] = [
  template,
  suspended,
  unreachable,
  managedBy,
  faultToleranceSecondary,
  faultTolerance,
  snapshotsStay,
  consolidation,
  encrypted,
  tpm,
  noTools,
  bootOrder,
  pinning,
  latencySensitivity,
  resourceLimits,
  hotAdd,
  nestedVirtualization,
  smallerInstanceType,
  changedNotes,
  virtualizationBasedSecurity,
  vappProperties,
  pciPassthrough,
  vgpu,
  scsiPassthrough,
  nvdimm,
  srIov,
  rdma,
  usbDevice,
  serialPort,
  parallelPort,
  media,
  otherDevice,
  noDisk,
  tooManyDisks,
  noCapacity,
  volumeTooLarge,
  classCapacity,
  sharedDisk,
  forgetfulDisk,
  snapshots,
  rdm,
  lunVolumeMode,
  lunBoot,
  rdmAsLun,
  independent,
  encryptedDisk,
  encryptedImport,
  podNetworkTwice,
  noMac,
  macTwice,
  macTaken,
  networkUnconverted,
  networkUnknown,
  networkOfPod,
  networkUnproven,
  cardUnproven,
  networkNotKept,
  pendingQuestion,
  deepSnapshots,
  nameChanged,
  hostnameEmpty,
  hostnameDefault,
  freeSpace,
  guestUnknown,
  windowsLegacy,
  fastStartup,
  noPreference,
  hostMaintenance,
  datastoreUnreachable,
  placementRules,
  powerPrivileges,
  diskPrivileges,
  clockSkew,
];
