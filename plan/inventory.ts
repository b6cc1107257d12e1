/**
 * The source's machines as the rest of Drover knows them: what vCenter says, without its object model.
 * `activities/vsphere` fills these in; `plan/` resolves manifests against them.
 */
import { z } from 'zod';
import { READ_CONCERNS } from './read-concerns';
import type { MissingConsent } from './consent';
import type { Earlier, SourceId } from './earlier';
import { guestCardSchema, pciSlotSchema } from './guest-network';
import type { CheckedImages } from './images';
import type { InstanceType } from './instance-type';
import type { TargetPreference } from './preference-requirements';
import type { SourceNote } from './source-notes';

/** The bus a source disk hangs on; virt-v2v derives the guest's old device names from it. */
export const diskBusSchema = z.enum(['scsi', 'sata', 'ide', 'nvme']);

export const sourceDiskSchema = z.object({
  /** `VirtualDevice.key`: stable for the life of the disk in its VM. */
  key: z.number().int(),
  label: z.string(),
  bus: diskBusSchema,
  /** Controller's own model, as `ParaVirtualSCSIController`. */
  controllerType: z.string(),
  controllerKey: z.number().int(),
  busNumber: z.number().int(),
  unitNumber: z.number().int(),
  /** The disk's first file, as `[ssd-1] web/web.vmdk`: unchanged by snapshots. */
  basePath: z.string(),
  /** The file written now; differs from `basePath` where a snapshot exists. */
  currentPath: z.string(),
  /** Files beneath that one, which are only read, nearest first, as `fileOf` of `plan/copy-evidence.ts` names them; absent: none. */
  parents: z.array(z.string()).optional(),
  datastore: z.object({ moref: z.string(), name: z.string() }),
  capacityBytes: z.number().int().nonnegative(),
  mode: z.string(),
  /** True for a multi-writer disk. */
  shared: z.boolean(),
  /** Raw device mapping's compatibility mode, or null for an ordinary disk. */
  rdm: z.enum(['physicalMode', 'virtualMode']).nullable(),
  /** The VMDK's own UUID, shown to the guest as its serial number. */
  uuid: z.string().nullable(),
  changeTracking: z.boolean(),
  /** What change tracking calls the disk's contents; absent where it tracks none. */
  changeId: z.string().optional(),
  /** By vSphere, with a key of its own. */
  encrypted: z.boolean(),
});

export const sourceNicSchema = z.object({
  key: z.number().int(),
  label: z.string(),
  /** Lower case; empty where the card was never given one. */
  macAddress: z.string(),
  /**
   * Network, distributed port group or network of NSX's. One that is gone or nameless is known by what the card says of it;
   * where that is a single word, it stands for both.
   */
  network: z.object({ moref: z.string(), name: z.string() }),
  /** `startConnected`: whether the card is plugged in when the VM starts. */
  connected: z.boolean(),
  /** Absent: vCenter does not say, as of a card that was never powered on. */
  pciSlot: pciSlotSchema.optional(),
  /** What VMware Tools report of it; absent: nothing. */
  guest: guestCardSchema.optional(),
});

export const readConcernSchema = z.object({ id: z.enum(READ_CONCERNS), detail: z.string().optional() });

/** By `VirtualDevice.key`. */
export const bootDeviceSchema = z.object({ kind: z.enum(['disk', 'nic']), key: z.number().int() });

export const powerStateSchema = z.enum(['poweredOn', 'poweredOff', 'suspended']);

/** Evidence about a VM's power, its times by vCenter's own clock. */
export const powerReadingSchema = z.object({
  state: powerStateSchema,
  /** ISO 8601; null when vCenter has none (it clears it at power-off). */
  bootTime: z.string().nullable(),
  /** When the last power-on that vCenter still remembers happened, ISO 8601. */
  lastPowerOn: z.string().nullable(),
});

export const guestReportSchema = z.object({
  /** Null where Tools report none. */
  hostName: z.string().nullable(),
  /** File systems as the guest names them: `/boot`, `C:\\`. */
  volumes: z.array(
    z.object({
      path: z.string(),
      capacityBytes: z.number().int().nonnegative(),
      freeBytes: z.number().int().nonnegative(),
    }),
  ),
});

export const sourceVmSchema = z.object({
  moref: z.string(),
  name: z.string(),
  inventoryPath: z.string(),
  instanceUuid: z.string(),
  /** Shown and handed to CDI versions that want it; never used to look a VM up (clones share it). */
  biosUuid: z.string(),
  isTemplate: z.boolean(),
  firmware: z.enum(['bios', 'efi']),
  secureBoot: z.boolean(),
  tpm: z.boolean(),
  cpu: z.object({ count: z.number().int().positive(), coresPerSocket: z.number().int().positive() }),
  memoryMiB: z.number().int().positive(),
  guestId: z.string(),
  guestName: z.string(),
  tools: z.object({ running: z.boolean(), status: z.string() }),
  power: powerReadingSchema,
  host: z.object({ moref: z.string(), name: z.string() }),
  hasSnapshot: z.boolean(),
  disks: z.array(sourceDiskSchema),
  nics: z.array(sourceNicSchema),
  /** Disks and cards that the VM boots from, first to last; empty where it leaves that to its firmware. */
  boot: z.array(bootDeviceSchema),
  /** What VMware Tools report of the guest; the guest decides what that is. */
  guest: guestReportSchema,
  /** The longest way from the first snapshot to one that has none after it; 0 without snapshots. */
  snapshotDepth: z.number().int().nonnegative(),
  /** What else its hardware and options tell that the target will not be. */
  concerns: z.array(readConcernSchema),
});

export type DiskBus = z.infer<typeof diskBusSchema>;
export type SourceDisk = z.infer<typeof sourceDiskSchema>;
export type BootDevice = z.infer<typeof bootDeviceSchema>;
export type ReadConcern = z.infer<typeof readConcernSchema>;
export type SourceNic = z.infer<typeof sourceNicSchema>;
export type PowerReading = z.infer<typeof powerReadingSchema>;
export type SourceVm = z.infer<typeof sourceVmSchema>;

/** A VM as lists show it: enough to find it, without its hardware. */
export interface SourceVmRef {
  moref: string;
  name: string;
  inventoryPath: string;
  instanceUuid: string;
}

export interface SourceDatastore {
  moref: string;
  name: string;
  type: string;
  capacityBytes: number;
  freeBytes: number;
  /** Why no disk on it can be read; absent where they can. */
  unreachable?: 'no host reaches it' | 'it is in maintenance';
}

export interface SourceNetwork {
  moref: string;
  name: string;
  /** `Network`, `DistributedVirtualPortgroup`, `OpaqueNetwork` (NSX); or `unlisted`. */
  type: string;
  /** Of an unlisted one, the cards that still name it: it is gone, or not for the login to list. */
  onlyOn?: string;
}

export interface SourceHost {
  moref: string;
  name: string;
  connection: string;
  inMaintenance: boolean;
}

/** What a login finds at an ESXi host whose disks importers are to read there. */
export interface HostAccess {
  /** Why it does not get in, as a clause; null: it does. */
  fault: string | null;
  /** Instance UUIDs of the VMs that it sees there; absent where it does not get in. */
  vms?: ReadonlySet<string>;
  /** Of those, the VMs whose disks it may not read; a VM of which nobody could say is not there. */
  unreadable?: ReadonlySet<string>;
}

/** Of vSphere, on a VM. */
export const SOURCE_PRIVILEGES = [
  'VirtualMachine.Interact.PowerOff',
  'VirtualMachine.Interact.PowerOn',
  'VirtualMachine.Provisioning.DiskRandomRead',
  'Cryptographer.Access',
] as const;
export type SourcePrivilege = (typeof SOURCE_PRIVILEGES)[number];

/** A rule of a cluster's that says where VMs run. */
export interface SourceRule {
  cluster: string;
  name: string;
  /** Morefs of the VMs that it is about. */
  vms: string[];
}

/** What the vCenter notes on VMs, by moref. */
export interface ReadNotes {
  attributes: Readonly<Record<string, readonly SourceNote[]>>;
  tags: Readonly<Record<string, readonly SourceNote[]>>;
  /** Why it gives no tags, as a clause; null where it does. */
  fault: string | null;
}

/** A VM that has a file of another one's disk, too. */
export interface DiskUser extends Pick<SourceVmRef, 'moref' | 'name'> {
  /** False where its own disk lies on top of the file, which it only reads. */
  writes: boolean;
  /** Null where vCenter does not say. */
  powerState: PowerReading['state'] | null;
}

/** Everything that resolving one plan needs to know about its source. */
export interface SourceInventory {
  /** vCenter's `about.instanceUuid`: half of every migration's id. */
  vcenterUuid: string;
  /** Every VM by reference, so that names can be checked for ambiguity. */
  refs: SourceVmRef[];
  /** The VMs that the plan names, in full, by moref. */
  vms: Record<string, SourceVm>;
  datastores: SourceDatastore[];
  networks: SourceNetwork[];
  hosts: SourceHost[];
  /** By the moref of an ESXi host; absent where the plan has no Host. */
  hostAccess?: ReadonlyMap<string, HostAccess>;
  rules: SourceRule[];
  /**
   * By file (`fileOf` of `plan/copy-evidence.ts`): all VMs that have it, also those outside the plan. Only of the files of disks
   * that may have several writers.
   */
  diskUsers: ReadonlyMap<string, readonly DiskUser[]>;
  /**
   * Privileges that the login lacks of those that Drover may need, by the VM's moref; a VM of which nobody could say is not there.
   */
  lacking: ReadonlyMap<string, readonly SourcePrivilege[]>;
  /** Absent where the plan does not want them. */
  notes?: ReadNotes;
  /** By how much the vCenter's clock is ahead of the worker's; negative: behind; null where it did not say. */
  skewSeconds: number | null;
}

/** Everything that resolving one plan needs to know about its target cluster. */
export interface TargetInventory {
  storageClasses: TargetStorageClass[];
  /** What their drivers report; absent where nobody looked. */
  classCapacities?: ClassCapacity[];
  /** CDIConfig's file-system overhead by class name, `global` for the rest; fractions as `0.06`. */
  filesystemOverhead: Record<string, number>;
  /** NetworkAttachmentDefinitions as `namespace/name`. */
  networkAttachments: string[];
  /** What owners of those say of a route for copies, by `namespace/name`; absent where nobody looked. */
  networkRoutes?: Record<string, string>;
  /** VirtualMachines of the target namespace that are not this plan's own. */
  takenVmNames: string[];
  /** Claims of the target namespace; absent where no plan's template can meet them. */
  takenClaims?: TakenClaim[];
  /** Absent where no VM of the plan names one. */
  instanceTypes?: InstanceType[];
  /** VirtualMachineClusterPreferences; absent where the plan has none. */
  preferences?: TargetPreference[];
  /** Cards of VirtualMachines of the target namespace; absent where nobody looked. */
  cards?: TargetCard[];
  namespaceExists: boolean;
  /** It is being deleted. */
  namespaceEnding?: boolean;
  /** False where Drover may not work in the target namespace, as far as its owner and the worker's operator say. */
  namespaceConsents: boolean;
  /** The image that CDI's `v2v-vmware` ConfigMap names, if any. */
  clusterVddkImage: string | null;
  /** Whether its CDI takes options of VDDK for an import; absent where nobody looked. */
  takesVddkConfig?: boolean;
  /** API kinds that the target lacks, as `virtualmachines.kubevirt.io`. */
  missingCrds: string[];
  /** Secrets that the maps name for plugins and the target namespace does not have, by name. */
  missingSecrets: string[];
  /** What owners of the others have not said of their use, by the Secret's name. */
  unconsentedSecrets: Record<string, MissingConsent>;
  /** What ServiceAccounts lack that Pods of the plan are to run as, by name; absent where nobody looked. */
  lackingAccounts?: Record<string, MissingConsent | 'absent'>;
  /** Rights that the worker lacks and this plan needs. What it may not read is left empty here. */
  missingRights: MissingRights[];
  /** What registries say of the images that are to run there; absent where they were not asked. */
  images?: CheckedImages;
  /** What earlier migrations left, and what is said of them; absent where nobody looked. */
  earlier?: Earlier;
}

/** A claim that is there already. */
export interface TakenClaim {
  name: string;
  /** The VM of this plan whose migration made it; null for all others. */
  vm: SourceId | null;
}

/** A network card that its VirtualMachine gives a MAC address. */
export interface TargetCard {
  /** Lower case, with colons. */
  macAddress: string;
  /** `namespace/name`. */
  machine: string;
  /** The VM that was migrated to it; null for all others. */
  source: SourceId | null;
}

/** Rights that Drover's account lacks at one place. */
export interface MissingRights {
  /** The folder of deploy/ that gives them. */
  folder: 'account' | 'target' | 'networks' | 'plans' | 'cdi';
  /** Null: of the cluster itself. */
  namespace: string | null;
  /** As `kubectl auth can-i` takes them: `create jobs.batch`, `get secrets/vcenter-login`. */
  rights: string[];
  /** Whether these are all that the folder gives: most likely nobody applied it there. */
  all: boolean;
}

/** What a CSI driver reports for one class in one part of the cluster; null: nothing. */
export interface ClassCapacity {
  storageClass: string;
  freeBytes: number | null;
  /** Of one volume. */
  largestBytes: number | null;
}

export interface TargetStorageClass {
  name: string;
  isDefault: boolean;
  provisioner: string;
  bindingMode: 'Immediate' | 'WaitForFirstConsumer';
  /** From the class's StorageProfile, best first; empty where CDI knows none. */
  claimPropertySets: { accessModes: AccessMode[]; volumeMode: VolumeMode }[];
}

export const accessModeSchema = z.enum([
  'ReadWriteOnce',
  'ReadWriteMany',
  'ReadOnlyMany',
  'ReadWriteOncePod',
]);
export const volumeModeSchema = z.enum(['Block', 'Filesystem']);
export type AccessMode = z.infer<typeof accessModeSchema>;
export type VolumeMode = z.infer<typeof volumeModeSchema>;
