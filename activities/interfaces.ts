/**
 * What activities promise to workflows. Workflows import these types and nothing else from this folder.
 *
 * Every activity is safe to run twice and to be killed half way: it looks at the world, then acts.
 * Every failure is an ApplicationFailure whose type is a {@link FailureKind}.
 */
import type { Changes, KeptChange } from '../plan/changes/keys';
import type { HookResults, HookStep, ResultsByStep } from '../plan/hooks';
import type { ExpectedCard } from '../plan/expected-addresses';
import type { FrozenDisk, FrozenVm, MigratedVm, SourceRef, VerifyPolicy } from '../plan/frozen';
import type { Adoption, JudgedLeftOver } from '../plan/adoption';
import type { CopyEvidence, OffEvidence, SharerEvidence, VolumeState } from '../plan/copy-evidence';
import type { VmRef } from '../plan/vm-ref';
import type { SharerReading, WatchedSharer } from '../plan/sharers';
import type { PowerReading, SourceDatastore, SourceHost, SourceNetwork } from '../plan/inventory';
import type { CheckedImages } from '../plan/images';
import type { OutlineRow } from '../plan/outline';
import type { NamedProvider } from '../plan/read-source';
import type { Problem } from '../plan/problem';
import type { Window } from '../plan/manifests/windows';
import type { VmRole, WaveRules } from '../plan/wave';
import type { Standing } from '../plan/windows';

/** The parsed documents of a plan, as objects; any Temporal client can send them. */
export type Manifests = Record<string, unknown>[];

export interface ResolveRequest {
  manifests: Manifests;
  /** Only these VMs of the plan (by name, moref or instance UUID); absent means all. */
  only?: string[];
  /** VMs to migrate again although an earlier migration has finished, named as in `only`. */
  again?: string[];
  /** Continue at this VM; from `next` of the page before. */
  offset: number;
  /** From the plan's first page, so that all pages run the same images; absent asks the registries. */
  images?: CheckedImages;
  /** Whether the target is asked what it would refuse of the plan's Pods and claims. Absent: each VM's check asks. */
  triesTarget?: boolean;
}

/** One page of a resolved plan. With any `error` among the problems, `vms` is empty. */
export interface ResolvedPage {
  plan: { namespace: string; name: string };
  problems: Problem[];
  vms: FrozenVm[];
  /** VMs of this page that were migrated before; older versions knew none. */
  migrated?: MigratedVm[];
  /** VMs in the whole plan, those that were migrated before among them. */
  total: number;
  /** Those of them that are to be migrated; absent in histories of older versions. */
  toMigrate?: number;
  /** Offset of the next page, or null after the last. */
  next: number | null;
  /** Waves: how many VMs at once. */
  maxConcurrentVms: number;
  /** Absent where the plan says nothing of its wave. */
  wave?: WaveRules;
  /** Of all VMs of this page, where the plan says something of its wave. */
  roles?: VmRole[];
  /** For the next page. */
  images?: CheckedImages;
}

export interface OutlineRequest {
  manifests: Manifests;
  only?: string[];
  again?: string[];
  /** Continue behind this place of `spec.vms`; from `next` of the page before. */
  after: number | null;
}

/** One page of the outline of a plan, all of which is validated each time. With any `error`, `rows` is empty. */
export interface OutlinePage {
  plan: { namespace: string; name: string };
  problems: Problem[];
  maxConcurrentVms: number;
  /** Absent where the plan says nothing of its wave. */
  wave?: WaveRules;
  /** Of the source; empty where it was not asked. */
  vcenterUuid: string;
  /** In the order of the plan. */
  rows: OutlineRow[];
  /** VMs in the whole plan, those that were migrated before among them. */
  total: number;
  /** For the pages that freeze the VMs: all of them run the same images. */
  images?: CheckedImages;
  /** For `after` of the next page; null after the last. */
  next: number | null;
}

export interface FreezeRequest {
  /** Their Plan has the VMs of the page alone. */
  manifests: Manifests;
  again?: string[];
  images?: CheckedImages;
}

/** The VMs of one page of a wave. With any `error` among the problems there are none. */
export interface FrozenPage {
  problems: Problem[];
  vms: FrozenVm[];
  /** VMs of the page that were migrated before. */
  migrated: MigratedVm[];
}

/** What became of the pages of a wave. */
export interface SettledPages {
  /** Numbers of those that ended without a result: terminated, or failed. */
  lost: number[];
  /** Of all others, page by page; empty where nobody asked for them. */
  results: unknown[][];
}

export interface WaveActivities {
  /** Of these workflows, those that do not run any more. */
  findEnded(workflowIds: string[]): Promise<string[]>;
  /** Waits until these pages have ended; their results only where they are asked for. */
  settlePages(
    pages: { number: number; workflowId: string; runId: string }[],
    wanted: boolean,
  ): Promise<SettledPages>;
}

export type InventoryKind = 'vms' | 'datastores' | 'networks' | 'hosts';

export interface InventoryRequest {
  manifests: Manifests;
  /** Among the manifests or registered at the worker; default: the only source that the manifests speak of. */
  provider?: NamedProvider;
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
  /** Resolves a whole plan, and says in little what it has found. */
  outlinePlan(request: OutlineRequest): Promise<OutlinePage>;
  /** Resolves the plan of one page of a wave, and freezes its VMs. */
  freezeVms(request: FreezeRequest): Promise<FrozenPage>;
  readInventory(request: InventoryRequest): Promise<InventoryPage>;
}

export interface ChangeRequest {
  /** Of a migration that is parked. */
  vm: FrozenVm;
  changes: Changes;
}

/** A frozen VM with other settings, or what is wrong with them. */
export interface ChangedVm {
  /** Null where there are problems. */
  vm: FrozenVm | null;
  problems: Problem[];
  /** For the record; empty where there are problems. */
  kept: KeptChange[];
}

export interface ChangeActivities {
  /** Checks by the rules of a plan what an operator wants changed: with source, target and registries. Makes nothing. */
  changeVm(request: ChangeRequest): Promise<ChangedVm>;
}

/** How copiers reach the source at this moment; read live, after the certificates were verified. */
export interface SourceConnection {
  vcenterUrl: string;
  /** SHA-1, colon form, upper case: what VDDK and CDI want. */
  vcenterThumbprint: string;
  /** URL of the ESXi host that the VM is registered on now. */
  hostUrl: string;
  /** SHA-1 of its certificate, for plugins; null where it isn't known, and for a VM none of whose disks they copy. */
  hostThumbprint: string | null;
  /** Moref of the ESXi host at which importers read the VM's disks; absent: they read them at the vCenter. */
  importHost?: string;
}

export interface SourceCheckOptions {
  /** Read the power, too; default false. */
  power?: boolean;
}

/** Where copiers find a disk now. */
export type RenamedDisk = Pick<FrozenDisk, 'key' | 'datastore' | 'basePath' | 'currentPath'>;

export interface SourceCheck extends SourceConnection {
  /** Disks whose datastores got other names since the plan was frozen, if there are any. */
  renamed?: RenamedDisk[];
  /** Only if it was asked for; histories of older versions have none. */
  power?: PowerReading;
  /** With the power: ids of vSphere's change tracking, of the disks that have one. */
  changeIds?: { key: number; changeId: string }[];
}

export interface SourceVmRequest {
  source: SourceRef;
  moref: string;
}

export interface SourceActivities {
  /**
   * Refuses (`SourceChanged`) where the live VM no longer is the one that the plan froze; and where its imports can not read at the
   * ESXi host that it is on.
   */
  checkSource(vm: FrozenVm, options?: SourceCheckOptions): Promise<SourceCheck>;
  readPower(request: SourceVmRequest): Promise<PowerReading>;
  /** Of other VMs of the vCenter, which have a disk together with this one; in their order. */
  readPowers(request: SourceVmRequest & { others: string[] }): Promise<SharerReading[]>;
  /** Asks the guest to shut down if the VM runs; says what it found. */
  shutDownGuest(request: SourceVmRequest): Promise<'alreadyOff' | 'requested' | 'noTools'>;
  /** Cuts the power if the VM runs. */
  powerOffSource(request: SourceVmRequest): Promise<void>;
  /** Starts the VM if it is off. Restore only. */
  powerOnSource(request: SourceVmRequest): Promise<void>;
}

/** A migration that holds transfer slots, or waits for some. */
export interface SlotHolder {
  workflowId: string;
  /** The first run of its chain: it stays through a reset. Another one under the workflow's id is another migration. */
  runId: string;
}

/** What runs of `transferSlots` before this one have left. */
export interface FormerLimits {
  /** Whether Temporal keeps any. */
  isKnown: boolean;
  /** Of the newest that had one: its `LimitsRecord`, as it was written. */
  record: unknown;
}

/** Beside the workflow that grants transfer slots, on its queue. */
export interface SlotActivities {
  findGoneHolders(holders: readonly SlotHolder[]): Promise<SlotHolder[]>;
  /**
   * Has every migration that runs say what it holds and wants.
   * @returns when the oldest of them began, ISO 8601; null where none runs
   */
  askAllAgain(): Promise<string | null>;
  readFormerLimits(): Promise<FormerLimits>;
}

/** Reported in heartbeats of copies and conversions; read by `drover status`, never kept in history. */
export interface ActivityProgress {
  /** Never less than before within one attempt of a plugin, whatever it says. */
  bytesDone: number | null;
  bytesTotal: number | null;
  /** Over the last half minute; null until two readings tell. */
  bytesPerSecond: number | null;
  /** When `bytesDone` last grew, ISO 8601. */
  movedAt: string | null;
  /** What the step is doing or waiting for, one clause: `ImagePullBackOff: …`. */
  note: string | null;
  /** What a person should look at, though the step goes on: `no progress since …`. */
  warning: string | null;
}

export interface CopyReport {
  /** Bytes that the copier says it moved; null where it does not say. */
  bytes: number | null;
  /** Restarts of CDI's importer, or 0. */
  restarts: number;
  /** The copier's closing words, if any. */
  message: string | null;
  /** The plugin's image as the node ran it, `…@sha256:…`. */
  image?: string | null;
}

/** What is left of an attempt by plugin that failed: the only detail of its failure. */
export interface AttemptEvidence {
  /** Its image as the node ran it, `…@sha256:…`; null where no container came to run. */
  image: string | null;
  /** How far it had said to be. */
  bytes: number | null;
  /** The last lines of its log, oldest first, without what is secret; empty where there is none to read. */
  log: string[];
}

export interface CopyLogRequest {
  vm: VmRef;
  disk: FrozenDisk;
  /** Null: of the newest attempt that has a Pod. */
  attempt: number | null;
  /** Last lines to return; fewer where they are long. */
  lines: number;
  /** Only lines after this place, from `next` of an answer before. */
  after: string | null;
}

export interface CopyLogPage {
  /** Whose log it is; null where there is no Pod. */
  attempt: number | null;
  /** Without control characters and what is secret, oldest first. */
  lines: string[];
  /** Why there are none, where that is known. */
  note: string | null;
  /** Whether there may be more. */
  running: boolean;
  /** Where to go on; null where nothing was read. */
  next: string | null;
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

/** How long a plugin's Pod is waited for, in seconds; what is absent has no limit. */
export interface PluginPatience {
  deadlineSeconds: number;
  /** A Pod that is kept from starting for so long is given up. */
  startDeadlineSeconds?: number;
  /** A plugin that has said how far it is, and says no more for so long, is warned of, */
  stallWarningSeconds?: number;
  /** and given up. */
  stallDeadlineSeconds?: number;
}

/** How long and how often an import may try. */
export interface ImportPatience {
  /** Restarts of its importer. */
  maxRestarts: number;
  deadlineSeconds: number;
  /** An importer that is kept from starting for so long is given up; absent: never. */
  startDeadlineSeconds?: number;
}

/** What a conversion image on the target's nodes can do. */
export interface ConverterAbilities {
  /** Whether it holds drivers for Windows guests. */
  virtioWin: boolean;
  /** `virt-v2v-in-place 2.8.1`; null where it can't be run. */
  converter: string | null;
}

/** One try at a VM's conversion. */
export interface ConversionAttempt {
  /** Counts over the whole migration, so that no attempt shares a Job with another. */
  attempt: number;
  /** Names the bytes that the conversion begins with; stable over its attempts. */
  conversionId: string;
  /** Not the first attempt of this id: what it left on the scratch volume decides how to go on. */
  resume: boolean;
}

export interface ConversionReport {
  converted: boolean;
  /** Operating system as virt-v2v names it; null where it was not asked or does not know. */
  os: string | null;
  /** Its name in the libosinfo database, as `debian12`, where it is known. */
  osinfo: string | null;
  /** False where virt-v2v could not give the guest virtio drivers: it needs devices that every guest knows. */
  virtio: boolean | null;
  /** Firmware that the guest boots by, if virt-v2v says so. */
  firmware: 'bios' | 'efi' | null;
  /** Index of the disk that the guest boots from, if known. */
  bootDisk: number | null;
  warnings: string[];
  /** What ran virt-v2v's appliance. */
  accelerator: 'kvm' | 'tcg' | null;
}

/** One attempt at a hook. */
export interface HookRequest {
  vm: FrozenVm;
  step: HookStep;
  /** Counts over the whole migration, so that no attempt shares a Job with another. */
  attempt: number;
  /** What hooks before this one have said. */
  results: ResultsByStep;
}

export interface AwaitedHook {
  vm: VmRef;
  step: HookStep;
  /** Of the hook, for people. */
  name: string;
  attempt: number;
  deadlineSeconds: number;
}

/** What an attempt at a hook has left. Of one that failed it is the only detail of the failure, and has no results. */
export interface HookReport {
  results: HookResults;
  /** The last lines of its log, oldest first, without control characters; empty where there is none to read. */
  log: string[];
  /** What a person should look at, though the hook succeeded. */
  warning: string | null;
}

type Verify<By extends VerifyPolicy['by']> = Extract<VerifyPolicy, { by: By }>;

/** A proof that a plan asks for, with what the VM decides of it. */
export type AskedProof =
  | Verify<'agent' | 'console' | 'port'>
  | (Verify<'network'> & {
      /** Empty: no address can be proven, and the agent's answer is enough. */
      cards: ExpectedCard[];
    });

/** How a guest has shown that it is up. */
export interface GuestProof {
  by: AskedProof['by'];
  /** What was seen, one clause: the console's line, the agent's operating system, the address that answered. */
  evidence: string;
}

export interface ConsoleRequest {
  vm: VmRef;
  /** Last lines of the console to return; fewer where they are long. */
  lines: number;
}

export interface ConsolePage {
  /** Without control characters, oldest first. */
  lines: string[];
  /** Why there are none, where that is known. */
  note: string | null;
}

/** What a volume says of itself. */
export interface VolumeMarker {
  state: VolumeState;
  /** The copy that its bytes are from. */
  copyId: string;
}

/** A volume, and what it is to say of itself. */
export interface MarkedVolume {
  volumeName: string;
  marker: VolumeMarker;
}

export interface MarkRequest {
  vm: VmRef;
  volumeName: string;
  /** Null removes the marker: the volume holds nothing of use. */
  marker: VolumeMarker | null;
  /** The volume was marked with this copy before: `VolumeLost` where it does not say so any more. */
  again: boolean;
  /** With a first marker: what a later run of the migration may prove the copy by. */
  evidence?: CopyEvidence;
}

/** The volume of a shared disk, as another VM's finished migration has left it. */
export interface AttachedVolume {
  volumeName: string;
  /** Of its claim. */
  uid: string;
  copyId: string;
  /** All VMs that have the disk, as they were seen off before it was copied: also the one that attaches it. */
  users: SharerEvidence[];
}

/** Another VM that has a disk of this one: if it ran since it was seen off, the target is not started. */
export interface WatchedVm extends WatchedSharer {
  /** The failure then. */
  ifRan: 'SourceRanMeanwhile' | 'SharedDiskChanged';
}

/** Quick doors to the target cluster. */
export interface TargetActivities {
  /**
   * Everything that can be refused is refused here, before anything is made: rights, dry runs, names, and what earlier
   * migrations of the VM have left (`AlreadyMigrated` where one of them was finished).
   */
  checkTarget(vm: FrozenVm): Promise<void>;
  /** Compares what an unfinished run has left with source and plan. Changes nothing. Null where nothing is left. */
  judgeLeftOver(vm: FrozenVm): Promise<JudgedLeftOver | null>;
  markVolume(request: MarkRequest): Promise<void>;
  /** Gives the copy its login, then makes its Job. */
  startPlugin(request: PluginRequest): Promise<void>;
  /** Takes the scratch volume, whose uid it returns, and makes the Job. `ScratchLost` where an earlier attempt's is gone. */
  startConversion(vm: FrozenVm, attempt: ConversionAttempt): Promise<string>;
  /** Makes the files of a hook's attempt, then its Job. `AccountNotConsented`, `ImageNotAllowed`. */
  startHook(request: HookRequest): Promise<void>;
  /**
   * Makes the VirtualMachine, halted, and owner of its volumes. Each is marked in the same request. Throws `VolumeLost`
   * where one of them no longer says that it holds this copy, and `SharedDiskChanged` where an attached one does not.
   */
  createMachine(
    vm: FrozenVm,
    conversion: ConversionReport,
    volumes: readonly MarkedVolume[],
    attached?: readonly AttachedVolume[],
  ): Promise<void>;
  /**
   * Starts the target, only right after another look at the source: `SourceRanMeanwhile` where it ran since it was seen off.
   * @param off what vCenter said of the source when it was seen off; older versions leave it out, and look themselves
   * @param others VMs that have a disk together with it
   */
  startMachine(vm: VmRef, off?: OffEvidence, others?: readonly WatchedVm[]): Promise<void>;
  /** What a plugin at work says: its log, while it has a Pod. */
  readCopyLog(request: CopyLogRequest): Promise<CopyLogPage>;
  /** What the target's serial console has said. */
  readConsole(request: ConsoleRequest): Promise<ConsolePage>;
  /** After success: removes what the migration made and the VM does not need, and notes on the target that it is finished. */
  tidy(vm: VmRef, scratchUid: string | null): Promise<void>;
}

/** Names a migration that was finished. */
export interface MigrationRun {
  vcenterUuid: string;
  moref: string;
  runId: string;
}

/** What a rollback needs to know of the migration, from Temporal's record of it. */
export interface FinishedMigration {
  vm: FrozenVm;
  /** Whether the source ran before it. */
  sourceRan: boolean;
  /** What vCenter said of the source when it was proven off. */
  off: OffEvidence;
}

/** How the target of a finished migration stands. Times are ISO 8601. */
export interface TargetLook {
  uid: string;
  /** `runStrategy`, with which it is started again where a rollback is given up. */
  strategy: string;
  /** Whether it runs, or is to run. */
  isOn: boolean;
  finishedAt: string | null;
  finalAt: string | null;
  rolledBackAt: string | null;
  /** Names of other VirtualMachines that use volumes of it; absent: none does. */
  usedBy?: string[];
  /** Other targets may attach volumes of it; absent: none may. */
  shares?: boolean;
}

/** One VirtualMachine, and no other that has its name. */
export interface TargetRequest {
  vm: VmRef;
  uid: string;
}

/** Back from a migration that succeeded. All but the first throw `TargetChanged` where the target is another object. */
export interface RollBackActivities {
  /** Throws `RecordMissing`. */
  readMigration(run: MigrationRun): Promise<FinishedMigration>;
  /** Throws `TargetChanged` unless that run made the target, and it owns its volumes. */
  lookAtTarget(vm: VmRef, runId: string): Promise<TargetLook>;
  /**
   * Halts the target and proves it off (`MachineNotStopped` otherwise). Keeps it and its volumes. From then on no other target
   * attaches one of them.
   */
  stopTarget(target: TargetRequest): Promise<void>;
  /**
   * Lets others attach its volumes again, and starts the target, only right after another look at the source.
   * @param strategy with which it is started; `Halted` where it was off before, and stays off
   * @param off what vCenter said of the source when it was seen off; older versions leave it out, and look themselves
   * @returns how we know that the source ran since, so that all stays as it is; null where it did not
   */
  resumeTarget(target: TargetRequest, strategy: string, off?: OffEvidence): Promise<string | null>;
  /** Says on the target and its volumes that they were rolled back, in place of the note that their migration finished. */
  noteRolledBack(target: TargetRequest, runId: string): Promise<void>;
  /** Says on the target and its volumes that they are final; since when, if they have said so before. */
  noteFinal(target: TargetRequest): Promise<void>;
  /** Removes the target, which must be off, and its volumes. Returns what was left, and why. */
  deleteTarget(target: TargetRequest): Promise<string[]>;
}

/** Waits: heartbeating, on their own queue, ended by events and deadlines. */
export interface WaitActivities {
  awaitPoweredOff(request: SourceVmRequest & { timeoutSeconds: number }): Promise<'off' | 'timeout'>;
  /**
   * Waits until every disk that the VM attaches is there: its owner's migration has finished, and the claim says so, and says
   * of which disk it is (`SharedDiskNotReady`, `SharedDiskChanged`). Changes nothing.
   */
  awaitSharedDisks(vm: FrozenVm, deadlineSeconds: number): Promise<AttachedVolume[]>;
  /**
   * Makes the binder Pod, then every missing PVC and DataVolume and a conversion's scratch volume, and waits until all
   * are bound. No import can start: the binder holds its claim. The binder also says whether Drover's Pods may write to the
   * volumes' devices (`DeviceNotWritable` otherwise).
   * @returns uid of the scratch volume, null where there is none
   */
  bindVolumes(vm: FrozenVm, connection: SourceConnection): Promise<string | null>;
  /** Asks the conversion image what it can convert. Touches no disk. */
  probeConverter(vm: FrozenVm, deadlineSeconds: number): Promise<ConverterAbilities>;
  /**
   * Removes the binder and waits until it is gone. The imports of these disks (by device key) may begin at once; all
   * others wait, each for its login.
   */
  releaseVolumes(vm: FrozenVm, startWith: readonly number[]): Promise<void>;
  awaitPlugin(request: PluginRequest & PluginPatience): Promise<CopyReport>;
  /** Gives the import its login, which lets CDI start it; takes the login away when it has ended. */
  awaitImport(request: DiskRequest & ImportPatience): Promise<CopyReport>;
  /** Ends any copy of this disk, takes its login, proves its Pod gone (`CopierLost` otherwise). Keeps the volume. */
  stopCopy(request: DiskRequest): Promise<void>;
  /** Ends any copy of this disk and removes its volume. */
  discardVolume(request: DiskRequest): Promise<void>;
  /** A Pod that is kept from starting for `startDeadlineSeconds` is given up (`ConversionNotStarted`); absent: never. */
  awaitConversion(
    vm: VmRef,
    attempt: number,
    deadlineSeconds: number,
    startDeadlineSeconds?: number,
  ): Promise<ConversionReport>;
  /** Ends any conversion and proves its Pods gone. Keeps the scratch volume. */
  stopConversion(vm: VmRef): Promise<void>;
  discardScratch(vm: VmRef): Promise<void>;
  /** Waits until a hook's attempt has ended (`HookFailed` with a {@link HookReport} otherwise). */
  awaitHook(awaited: AwaitedHook): Promise<HookReport>;
  /** Ends every hook of the VM, proves its Pod gone (`CopierLost` otherwise), and removes its files. */
  stopHook(vm: VmRef): Promise<void>;
  awaitMachineRunning(vm: VmRef, deadlineSeconds: number): Promise<void>;
  /** Waits until the guest proves that it is up (`GuestNotUp` with the console's last lines otherwise). */
  awaitGuestUp(vm: VmRef, verify: AskedProof): Promise<GuestProof>;
  /**
   * Halts and removes the target VM, and proves it gone (`MachineNotStopped` otherwise). Keeps its volumes. Touches nothing while
   * other targets use them (`TargetShared`).
   */
  removeMachine(vm: VmRef): Promise<void>;
  /**
   * Ends whatever of a former run may still write, removes its target VM, which never ran, and every volume that the
   * adoption does not keep.
   */
  takeOver(vm: FrozenVm, adoption: Adoption): Promise<void>;
  /**
   * As `removeEverything`, for what a former run has left. `AlreadyMigrated` or `TargetUnclear` where a target may be in
   * use.
   */
  removeLeftOver(vm: FrozenVm): Promise<string[]>;
  /** Removes everything that carries this VM's labels. Returns what was left, and why. */
  removeEverything(vm: VmRef): Promise<string[]>;
}

/**
 * Waits that stop or remove something. Workflows run them on the main queue, so that an abort ends soon even
 * where every wait slot is taken: a worker offers them on both queues.
 */
export type CleanUpActivities = Pick<
  WaitActivities,
  | 'stopCopy'
  | 'discardVolume'
  | 'stopConversion'
  | 'discardScratch'
  | 'stopHook'
  | 'takeOver'
  | 'removeMachine'
  | 'removeLeftOver'
  | 'removeEverything'
>;

export interface WindowActivities {
  /** @param at the workflow's own time, ISO 8601 */
  lookAtWindows(windows: readonly Window[], at: string): Promise<Standing>;
}

/** Beside the migrations, on their queue. */
export interface SlotDoor {
  /** Starts the workflow that grants transfer slots, where it does not run. */
  ensureTransferSlots(): Promise<void>;
}

export type MainActivities = PlanningActivities &
  ChangeActivities &
  WaveActivities &
  SourceActivities &
  TargetActivities &
  CleanUpActivities &
  WindowActivities &
  RollBackActivities &
  SlotDoor;
export type DroverActivities = MainActivities & WaitActivities;
