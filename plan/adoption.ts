/**
 * What a new run of a migration may keep of what an unfinished run has left. Pure.
 *
 * A disk is kept only where every piece of its proof is there and fits. Whatever is missing or differs is named, and the
 * disk is copied again: nothing is guessed.
 */
import {
  type CopiedDisk,
  fileOf,
  type OffEvidence,
  type SharerEvidence,
  type VolumeEvidence,
  type VolumeState,
} from './copy-evidence';
import { cut } from './cut';
import type { FrozenDisk, FrozenVm } from './frozen';
import type { PowerReading } from './inventory';
import { conversionId } from './names';
import type { SharerReading } from './sharers';

/** Characters of a reason: it may quote what stands on a claim. */
const LONGEST_WHY = 300;

/** A claim that carries the labels of this VM and this plan. */
export interface LeftVolume {
  name: string;
  uid: string;
  /** Bound, and not being removed. */
  isUsable: boolean;
  /** Device key of the disk that it is labelled for; null where it has no such label. */
  diskKey: number | null;
  storageClass: string | null;
  volumeMode: string | null;
  requestBytes: number | null;
  state: VolumeState | null;
  copyId: string | null;
  evidence: VolumeEvidence | 'unreadable' | null;
  /** CDI filled it: it has a DataVolume. */
  isImported: boolean;
}

/** The VirtualMachine that an unfinished run has made. */
export interface LeftMachine {
  name: string;
  /** It has all of its disks, or runs: somebody may use it. */
  isWhole: boolean;
  /** One clause; null where it never ran. */
  mayHaveRun: string | null;
}

/** What an unfinished run has left in the target namespace. */
export interface LeftBehind {
  volumes: readonly LeftVolume[];
  /** Of conversions; its `conversionId` is empty while no conversion has taken it. */
  scratch: { uid: string; conversionId: string } | null;
  /** Number of the last attempt at a conversion that has a Job; 0 where none has. */
  conversionAttempts: number;
  machine: LeftMachine | null;
  /** There are other objects, which nothing depends on. */
  hasMore: boolean;
}

/** The source as vCenter shows it now. */
export interface SourceNow {
  instanceUuid: string;
  power: PowerReading;
  disks: readonly CopiedDisk[];
  /** VMs that write the VM's disks, too; absent: nobody asked. */
  sharers?: readonly SharerReading[];
}

export interface DiskVerdict {
  key: number;
  index: number;
  /** Of the copy that its volume holds, and that is kept; null: the disk is copied again. */
  copyId: string | null;
  /** What speaks for it, or why it is copied again; one clause. */
  why: string;
  isImported: boolean;
}

export interface Adoption {
  /** In the order of the VM's disks. */
  disks: DiskVerdict[];
  /** The conversion that goes on where it stopped; null: the disks that are kept hold what was copied. */
  conversion: { id: string; scratchUid: string; attempts: number } | null;
  /** How the former run found its source, and left it; null where no disk is kept. */
  source: (VolumeEvidence['source'] & { off: OffEvidence; sharers?: SharerEvidence[] }) | null;
}

/** What of the disks and of their conversion is kept, whatever is said of the target VM. */
export function judgeLeftBehind(vm: FrozenVm, left: LeftBehind, source: SourceNow): Adoption {
  const judged = vm.disks.map((disk): Judged => {
    const volume = left.volumes.find(({ name }) => name === disk.volumeName);
    const proven = proveCopy(vm, disk, volume, source);
    return { disk, volume, proven };
  });
  const conversion = conversionToCarryOn(vm, judged, left);
  const disks = judged.map((one) => verdict(one, { left, carriesOn: conversion !== null }));
  const kept = judged.flatMap(({ proven }, place) =>
    disks[place]?.copyId === null || typeof proven === 'string' ? [] : [proven.evidence],
  );
  const [evidence] = kept;
  if (evidence === undefined) return { disks, conversion, source: null };
  const sharers = kept.flatMap((one) => one.sharers ?? []);
  const asLeft = { ...evidence.source, off: evidence.off, ...(sharers.length > 0 && { sharers }) };
  return { disks, conversion, source: asLeft };
}

/** What an unfinished run of a migration has left, judged. */
export interface JudgedLeftOver {
  adoption: Adoption;
  /** Why nothing of it may be adopted; null where it may. */
  refusal: { kind: 'TargetLeftOver' | 'TargetUnclear'; why: string } | null;
}

/** Null where nothing is left at all. */
export function judgeLeftOver(vm: FrozenVm, left: LeftBehind, source: SourceNow): JudgedLeftOver | null {
  const { hasMore, machine, scratch, volumes } = left;
  if (volumes.length === 0 && scratch === null && machine === null && !hasMore) return null;
  const adoption = judgeLeftBehind(vm, left, source);
  return { adoption, refusal: whyNotAdopted(left, adoption) };
}

/** A target that somebody may use is not for us to take apart. */
function whyNotAdopted({ machine }: LeftBehind, { disks }: Adoption): JudgedLeftOver['refusal'] {
  if (machine === null) return null;
  const { name, isWhole, mayHaveRun } = machine;
  if (mayHaveRun !== null) {
    const why = `VirtualMachine ${name} may have run since it was made (${mayHaveRun}), so nothing of it is adopted`;
    return { kind: isWhole ? 'TargetUnclear' : 'TargetLeftOver', why };
  }
  const lost = disks.find(({ copyId }) => copyId === null);
  if (!isWhole || lost === undefined) return null;
  const why = `VirtualMachine ${name} has all of its disks, and disk ${lost.index} is not proven: ${lost.why}`;
  return { kind: 'TargetUnclear', why };
}

interface ProvenCopy {
  state: VolumeState;
  copyId: string;
  evidence: VolumeEvidence;
}

interface Judged {
  disk: FrozenDisk;
  volume: LeftVolume | undefined;
  /** Why it is not proven, else. */
  proven: ProvenCopy | string;
}

/** Whether the volume was filled with this disk, and the disk is as it was then. What a conversion did since is another question. */
function proveCopy(
  vm: FrozenVm,
  disk: FrozenDisk,
  volume: LeftVolume | undefined,
  source: SourceNow,
): ProvenCopy | string {
  if (volume === undefined) return 'it has no volume';
  const unfit = whyUnfit(disk, volume);
  if (unfit !== null) return unfit;
  const { state, copyId, evidence } = volume;
  if (state === null || copyId === null) return 'its volume does not say that it was copied to the end';
  if (evidence === null) return 'its volume does not say what it was copied from';
  if (evidence === 'unreadable') return 'what its volume says of its copy can not be read';
  if (evidence.claimUid !== volume.uid) return 'its volume was made anew after it was copied';
  const other =
    whyOtherDisk(vm, disk, evidence, source) ??
    whyNotOff(evidence.off, source.power) ??
    whySharerNotOff(disk, evidence, source);
  return other ?? { state, copyId, evidence };
}

/** Whether the volume is as the plan would make it. */
function whyUnfit(disk: FrozenDisk, volume: LeftVolume): string | null {
  if (!volume.isUsable) return 'its volume is not bound, or is being removed';
  if (volume.diskKey !== disk.key) return `its volume is labelled for disk ${volume.diskKey ?? 'none'}`;
  if (volume.storageClass !== disk.storageClass)
    return `its volume is of storage class ${volume.storageClass ?? 'none'}, and the plan wants ${disk.storageClass}`;
  if (volume.volumeMode !== disk.volumeMode)
    return `its volume is of mode ${volume.volumeMode ?? 'none'}, and the plan wants ${disk.volumeMode}`;
  if (volume.requestBytes === null || volume.requestBytes < disk.requestBytes)
    return `its volume asked for ${volume.requestBytes ?? 'no'} bytes, and the plan wants ${disk.requestBytes}`;
  return null;
}

function whyOtherDisk(
  vm: FrozenVm,
  disk: FrozenDisk,
  copied: VolumeEvidence,
  source: SourceNow,
): string | null {
  if (copied.instanceUuid !== vm.vm.instanceUuid || source.instanceUuid !== vm.vm.instanceUuid)
    return 'its volume was copied from another VM';
  const now = source.disks.find(({ key }) => key === disk.key);
  if (now === undefined) return 'the source has no such disk now';
  const planned: CopiedDisk = {
    ...now,
    key: disk.key,
    serial: disk.serial,
    file: fileOf(disk),
    capacityBytes: disk.capacityBytes,
  };
  return differs(copied.disk, planned) ?? differs(copied.disk, now);
}

const DISK_FIELDS: readonly [keyof CopiedDisk, string][] = [
  ['key', 'its device key'],
  ['serial', 'its UUID'],
  ['file', 'its file'],
  ['capacityBytes', 'its capacity in bytes'],
  ['changeId', 'its change id'],
];

function differs(before: CopiedDisk, now: CopiedDisk): string | null {
  const [field, what] = DISK_FIELDS.find(([name]) => before[name] !== now[name]) ?? [];
  if (field === undefined) return null;
  return `${what} was ${before[field] ?? 'unknown'} when it was copied, and is ${now[field] ?? 'unknown'}`;
}

/**
 * Whether vCenter shows that the source has been off ever since. Its list of events must reach back to the power-on before
 * the copy, or its boot time must be kept: silence alone proves nothing, as vCenter forgets.
 */
function whyNotOff(before: OffEvidence, now: PowerReading): string | null {
  if (now.state !== 'poweredOff') return `the source is ${now.state}`;
  if (before.lastPowerOn === null && before.bootTime === null)
    return 'vCenter knew of no power-on when it was copied, so nothing shows that the source has been off since';
  return (
    changed('last power-on', before.lastPowerOn, now.lastPowerOn) ??
    changed('boot time', before.bootTime, now.bootTime)
  );
}

/** All VMs that write a shared disk must have been off since it was copied. */
function whySharerNotOff(
  { sharedWith = [] }: FrozenDisk,
  copied: VolumeEvidence,
  { sharers = [] }: SourceNow,
): string | null {
  for (const { moref, name } of sharedWith) {
    const before = copied.sharers?.find((one) => one.moref === moref);
    const now = sharers.find((one) => one.moref === moref)?.reading ?? null;
    const why =
      before === undefined
        ? 'its volume does not say whether that VM was off'
        : now === null
          ? 'vCenter does not show that VM'
          : whyNotOff(before.off, now);
    if (why !== null) return `VM "${name}" has the disk, too: ${why.replace('the source', 'that VM')}`;
  }
  return null;
}

function changed(what: string, before: string | null, now: string | null): string | null {
  const isSame = before === null || now === null ? before === now : Date.parse(before) === Date.parse(now);
  if (isSame) return null;
  const says = now === null ? `vCenter knows no ${what} any more` : `vCenter's ${what} is ${now}`;
  return `${says}, and was ${before ?? 'unknown'} when it was copied`;
}

/**
 * A conversion goes on only with all disks that it began with, and with its scratch volume: the journal there says how far
 * it has changed them (docs/decisions/0008).
 */
function conversionToCarryOn(
  vm: FrozenVm,
  judged: readonly Judged[],
  { scratch, conversionAttempts }: LeftBehind,
): Adoption['conversion'] {
  if (vm.conversion === null || scratch === null || scratch.conversionId === '') return null;
  const copies = judged.flatMap(({ proven }) => (typeof proven === 'string' ? [] : [proven]));
  if (copies.length < judged.length || copies.some(({ state }) => state === 'copied')) return null;
  const id = conversionId(
    vm,
    copies.map(({ copyId }) => copyId),
  );
  if (id !== scratch.conversionId) return null;
  return { id, scratchUid: scratch.uid, attempts: conversionAttempts };
}

function verdict(
  { disk, volume, proven }: Judged,
  { left, carriesOn }: { left: LeftBehind; carriesOn: boolean },
): DiskVerdict {
  const { key, index } = disk;
  const about = { key, index, isImported: volume?.isImported ?? false };
  if (typeof proven === 'string') return { ...about, copyId: null, why: cut(proven, LONGEST_WHY) };
  const { copyId, state } = proven;
  const kept = `it holds copy ${copyId}, and the source has been off since`;
  if (carriesOn) return { ...about, copyId, why: `${kept}; its conversion goes on` };
  const isClean = state === 'copied' || (state === 'converting' && left.scratch?.conversionId === '');
  if (isClean) return { ...about, copyId, why: kept };
  return { ...about, copyId: null, why: whyDirty(left) };
}

function whyDirty({ scratch }: LeftBehind): string {
  const begun = 'a conversion may have changed it, and can not go on';
  if (scratch === null) return `${begun}: its scratch volume is gone`;
  return `${begun}: not all of its disks are proven, or its scratch volume is of other copies`;
}
