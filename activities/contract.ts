/**
 * What activities promise to workflows. Workflows import these types and nothing else from this folder.
 *
 * Every activity is safe to run twice and to be killed half way: it looks at the world, then acts.
 * Every failure is an ApplicationFailure whose type is a {@link FailureKind}.
 */
import type { FrozenDisk, FrozenVm, SourceRef, VmRef } from '../plan/frozen';
import type { PowerReading, SourceDatastore, SourceHost, SourceNetwork } from '../plan/inventory';
import type { Problem } from '../plan/problem';

/** The parsed documents of a plan, as objects; any Temporal client can send them. */
export type Manifests = Record<string, unknown>[];

export interface ResolveRequest {
  manifests: Manifests;
  /** Only these VMs of the plan (by name, moref or instance UUID); absent means all. */
  only?: string[];
  /** Continue at this VM; from `next` of the page before. */
  offset: number;
}

/** One page of a resolved plan. With any `error` among the problems, `vms` is empty. */
export interface ResolvedPage {
  plan: { namespace: string; name: string };
  problems: Problem[];
  vms: FrozenVm[];
  /** VMs in the whole plan. */
  total: number;
  /** Offset of the next page, or null after the last. */
  next: number | null;
  /** Waves: how many VMs at once. */
  maxConcurrentVms: number;
}

export type InventoryKind = 'vms' | 'datastores' | 'networks' | 'hosts';

export interface InventoryRequest {
  manifests: Manifests;
  kind: InventoryKind;
  offset: number;
}

export interface InventoryVm {
  moref: string;
  name: string;
  inventoryPath: string;
  powerState: string;
  guestName: string;
  firmware: string;
  cpus: number;
  memoryMiB: number;
  disks: number;
  capacityBytes: number;
  host: string;
}

export interface InventoryPage {
  kind: InventoryKind;
  items: (InventoryVm | SourceDatastore | SourceNetwork | SourceHost)[];
  next: number | null;
}

export interface PlanningActivities {
  resolvePlan(request: ResolveRequest): Promise<ResolvedPage>;
  readInventory(request: InventoryRequest): Promise<InventoryPage>;
}

/** How copiers reach the source at this moment; read live, after the certificates were verified. */
export interface SourceConnection {
  vcenterUrl: string;
  /** SHA-1, colon form, upper case: what VDDK and CDI want. */
  vcenterThumbprint: string;
  /** URL of the ESXi host that the VM is registered on now, and its certificate's SHA-1. */
  hostUrl: string;
  hostThumbprint: string | null;
}

export interface SourceVmRequest {
  source: SourceRef;
  moref: string;
}

export interface SourceActivities {
  /** Refuses (`SourceChanged`) where the live VM no longer is the one that the plan froze. */
  checkSource(vm: FrozenVm): Promise<SourceConnection>;
  readPower(request: SourceVmRequest): Promise<PowerReading>;
  /** Asks the guest to shut down if the VM runs; says what it found. */
  shutDownGuest(request: SourceVmRequest): Promise<'alreadyOff' | 'requested' | 'noTools'>;
  /** Cuts the power if the VM runs. */
  powerOffSource(request: SourceVmRequest): Promise<void>;
  /** Starts the VM if it is off. Restore only. */
  powerOnSource(request: SourceVmRequest): Promise<void>;
}

/** Reported in heartbeats of copies and conversions; read by `drover status`, never kept in history. */
export interface StepProgress {
  bytesDone: number | null;
  bytesTotal: number | null;
  /** What the step is doing or waiting for, one clause: `Pod is waiting: ImagePullBackOff`. */
  note: string | null;
}

export interface CopyReport {
  /** Bytes that the copier says it moved; null where it does not say. */
  bytes: number | null;
  /** Restarts of CDI's importer, or 0. */
  restarts: number;
  /** The copier's closing words, if any. */
  message: string | null;
}

export interface DiskRequest {
  vm: VmRef;
  disk: FrozenDisk;
}

export interface PluginRequest extends DiskRequest {
  attempt: number;
  /** Stable over all attempts of this disk. */
  copyId: string;
  connection: SourceConnection;
}

export interface ConversionReport {
  converted: boolean;
  /** Operating system as virt-v2v names it; null where it was not asked or does not know. */
  os: string | null;
  /** Index of the disk that the guest boots from, if known. */
  bootDisk: number | null;
  warnings: string[];
}

/** States of a target volume, kept on its PVC so that no later step mistakes one for another. */
export type VolumeMarker = 'copied' | 'converting' | 'converted';

export interface MarkRequest {
  vm: VmRef;
  volumeName: string;
  /** Null removes the marker: the volume holds nothing of use. */
  marker: { state: VolumeMarker; copyId: string } | null;
}

/** Quick doors to the target cluster. */
export interface TargetActivities {
  /** Everything that can be refused is refused here, before anything is made: names, rights, dry runs. */
  checkTarget(vm: FrozenVm): Promise<void>;
  /** Makes the binder Pod, then every missing PVC and DataVolume. Imports can't start: they have no login yet. */
  ensureVolumes(vm: FrozenVm, connection: SourceConnection): Promise<void>;
  markVolume(request: MarkRequest): Promise<void>;
  startPlugin(request: PluginRequest): Promise<void>;
  startConversion(vm: FrozenVm, attempt: number): Promise<void>;
  /** Makes the VirtualMachine, halted, and owner of its volumes. */
  createMachine(vm: FrozenVm, conversion: ConversionReport): Promise<void>;
  startMachine(vm: VmRef): Promise<void>;
  /** After success: removes what the migration made and the VM does not need. */
  tidy(vm: VmRef): Promise<void>;
}

/** Waits: heartbeating, on their own queue, ended by events and deadlines. */
export interface WaitActivities {
  awaitPoweredOff(request: SourceVmRequest & { timeoutSeconds: number }): Promise<'off' | 'timeout'>;
  awaitVolumesBound(vm: FrozenVm): Promise<void>;
  /** Removes the binder, waits until it is gone, then gives the imports their login. */
  releaseVolumes(vm: FrozenVm): Promise<void>;
  awaitPlugin(request: PluginRequest & { deadlineSeconds: number }): Promise<CopyReport>;
  awaitImport(request: DiskRequest & { maxRestarts: number; deadlineSeconds: number }): Promise<CopyReport>;
  /** Ends any copy of this disk, proves its Pod gone (`CopierLost` otherwise). Keeps the volume. */
  stopCopy(request: DiskRequest): Promise<void>;
  /** Ends any copy of this disk and removes its volume. */
  discardVolume(request: DiskRequest): Promise<void>;
  awaitConversion(vm: VmRef, attempt: number, deadlineSeconds: number): Promise<ConversionReport>;
  stopConversion(vm: VmRef): Promise<void>;
  awaitMachineRunning(vm: VmRef, deadlineSeconds: number): Promise<void>;
  /** Halts and removes the target VM, and proves it gone (`MachineNotStopped` otherwise). Keeps its volumes. */
  removeMachine(vm: VmRef): Promise<void>;
  /** Removes everything that carries this VM's labels. Returns what was left, and why. */
  removeEverything(vm: VmRef): Promise<string[]>;
}

/**
 * Waits that stop or remove something. Workflows run them on the main queue, so that an abort ends soon even
 * where every wait slot is taken: a worker offers them on both queues.
 */
export type CleanUpActivities = Pick<
  WaitActivities,
  'stopCopy' | 'discardVolume' | 'stopConversion' | 'removeMachine' | 'removeEverything'
>;

export type MainActivities = PlanningActivities & SourceActivities & TargetActivities & CleanUpActivities;
export type DroverActivities = MainActivities & WaitActivities;
