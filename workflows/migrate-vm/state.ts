/**
 * One migration as data: what everybody may see of it, and what it has to remember to go on after a failure.
 * Pure; `at` is always the workflow's time, ISO 8601.
 */
import type {
  AttachedVolume,
  ConversionReport,
  SourceConnection,
  SourceVmRequest,
} from '../../activities/interfaces';
import type { Failure } from '../../plan/failures';
import { vmRef, type VmRef } from '../../plan/vm-ref';
import type { OffEvidence } from '../../plan/copy-evidence';
import type { FrozenDisk, FrozenVm } from '../../plan/frozen';
import type { Standing } from '../../plan/windows';
import { lastAttempts } from '../copy-disk/state';
import type { Attention, CopyAttempt, Decision, DiskState, Phase, VmState } from '../temporal-api';
import { newSlotDesk, type SlotDesk } from './slot-desk';

/** Everything that one migration knows. */
export interface Migration {
  /** As the plan froze it, but for the methods of disks that fell back, new names of datastores, and what operators changed. */
  vm: FrozenVm;
  readonly ref: VmRef;
  readonly state: VmState;
  readonly memory: Memory;
}

/** What decides which steps a retry has to do again, and what there is to undo. */
export interface Memory {
  done: Set<Phase>;
  /** True once it was decided that this migration is not to succeed. */
  givenUp: boolean;
  /** An earlier migration of the VM was finished: there is nothing to do, and nothing to undo. */
  doneBefore: boolean;
  connection: SourceConnection | null;
  /** The ESXi host that the volumes of imports name; null: the vCenter; undefined: there are none, or the plan has no Hosts. */
  importHost?: string | null;
  /** The source as it was when it was proven off; null while that is not proven. */
  evidence: OffEvidence | null;
  /** By moref, of the VMs that write disks which this migration copies: as they were when they were seen off. */
  sharers: Map<string, OffEvidence>;
  /** Volumes that the target attaches, as they were when their owners had finished. */
  attachments: AttachedVolume[];
  /** By disk key, since the source is off: what vSphere's change tracking calls the disk's contents. */
  changeIds: Map<number, string>;
  /** A guest was asked to shut down and has not been seen off: it may still go. */
  shutdownPending: boolean;
  /** By disk key: what names the filling of its volume. */
  fillings: Map<number, string>;
  /** By disk key: how many fillings there were. */
  filled: Map<number, number>;
  /** Keys of the disks whose volumes carry a marker of their copy. */
  marked: Set<number>;
  /** Whether it works as the patch `carry-on` says; null until it has begun. */
  carriesOn: boolean | null;
  /** Whether it works as the patch `proofs-beside` says; null until it has begun. */
  provesBeside: boolean | null;
  /** Whether it works as the patch `proven-start` says; null until it has begun. */
  provesAtStart: boolean | null;
  /** By disk key: ids of the copies that an earlier run made, and that this one has kept. */
  adopted: Map<number, string>;
  /** What an unfinished run has left is removed before anything is checked. */
  removesLeftOver: boolean;
  /** The volumes have their login and no binder. */
  released: boolean;
  /** The volumes hold bytes that no one may use: they are removed before anything is made. */
  stale: boolean;
  /** By key, as their plugins knew them: disks whose volumes are removed before others are made in their places. */
  abandoned: Map<number, FrozenDisk>;
  conversionAttempts: number;
  /** Names the conversion of which a Pod may have run; null while the volumes hold what was copied. */
  converting: string | null;
  /** Of the scratch volume, where there is one. */
  scratchUid: string | null;
  /** What may exist in the target cluster. Set before it is made, since making may half succeed. */
  made: { volumes: boolean; conversion: boolean; machine: boolean; hooks: boolean };
  /** Whether the activities of `made-local.ts` are local; null until there are volumes. */
  usesLocal: boolean | null;
  /** Whether the migration asks for transfer slots; null until its volumes are made. */
  usesSlots: boolean | null;
  slots: SlotDesk;
  /** Its cutover windows when they were last looked at; null before, and for a source that was off then. */
  window: Standing | null;
  /** Whether the rest is removed where the source can't be started; null until one can't. */
  removesUnstarted: boolean | null;
  /** The check of a retry with changes, while there is one. */
  changing: { cancel: () => void } | null;
  /** The binder uses volumes that no longer fit: it is removed before them, and made again with others. */
  freesBinder: boolean;
  /** Volumes became stale while the binder used them. */
  binderStands: boolean;
  /** The scratch volume no longer fits: it is removed before a conversion begins. */
  scratchOutgrown: boolean;
}

export function newMigration(vm: FrozenVm): Migration {
  return {
    vm,
    ref: vmRef(vm),
    state: newState(vm),
    memory: {
      done: new Set(),
      givenUp: false,
      doneBefore: false,
      connection: null,
      evidence: null,
      sharers: new Map(),
      attachments: [],
      changeIds: new Map(),
      shutdownPending: false,
      fillings: new Map(),
      filled: new Map(),
      marked: new Set(),
      carriesOn: null,
      provesBeside: null,
      provesAtStart: null,
      adopted: new Map(),
      removesLeftOver: false,
      released: false,
      stale: false,
      abandoned: new Map(),
      conversionAttempts: 0,
      converting: null,
      scratchUid: null,
      made: { volumes: false, conversion: false, machine: false, hooks: false },
      usesLocal: null,
      usesSlots: null,
      slots: newSlotDesk(),
      window: null,
      removesUnstarted: null,
      changing: null,
      freesBinder: false,
      binderStands: false,
      scratchOutgrown: false,
    },
  };
}

/** The source VM, as activities are asked about it. */
export function sourceVmOf({ ref: { source, moref } }: Migration): SourceVmRequest {
  return { source, moref };
}

function newState(vm: FrozenVm): VmState {
  return {
    plan: vm.plan,
    vm: { name: vm.vm.name, moref: vm.vm.moref },
    target: { namespace: vm.namespace, name: vm.targetName },
    phase: 'check',
    outcome: null,
    attention: null,
    disks: vm.disks.map(newDiskState),
    timings: [],
    source: { ranAtStart: null, stoppedByUs: false, stoppedAt: null, startedAgainAt: null },
    targetRunningAt: null,
    conversion: null,
    proof: null,
    decisions: [],
    failure: null,
    left: [],
  };
}

function newDiskState(disk: FrozenDisk): DiskState {
  return {
    key: disk.key,
    index: disk.index,
    path: disk.currentPath,
    volumeName: disk.volumeName,
    method: disk.method.kind,
    ...plannedFallback(disk),
    capacityBytes: disk.capacityBytes,
    phase: 'waiting',
    attempts: 0,
    bytesCopied: null,
    startedAt: null,
    endedAt: null,
    failure: null,
  };
}

function plannedFallback({ method }: FrozenDisk): Pick<DiskState, 'fellBack'> {
  if (method.kind === 'plugin' || method.insteadOf === undefined) return {};
  const { image, why } = method.insteadOf;
  return { fellBack: { from: image, at: null, kind: null, message: why } };
}

// ---- Phases -------------------------------------------------------------------------------------------------

/** Runs of phases that a record holds: ten retries of every phase, and more. Of more, the last. */
const MOST_TIMINGS_KEPT = 500;

/** Each run of a phase has its own timing; a retry adds one. */
export function beginPhase(state: VmState, phase: Phase, at: string): void {
  state.phase = phase;
  state.timings = [...state.timings.slice(1 - MOST_TIMINGS_KEPT), { phase, startedAt: at, endedAt: null }];
}

/** Of a migration, and of a rollback. */
export function endPhase({ timings }: { timings: { endedAt: string | null }[] }, at: string): void {
  const timing = timings.at(-1);
  if (timing !== undefined) timing.endedAt ??= at;
}

/** A failure on the way back does not hide why the migration was given up. */
export function parkState({ state, memory }: Migration, attention: Omit<Attention, 'phase'>): void {
  state.attention = { phase: state.phase, ...attention };
  if (!memory.givenUp) state.failure = attention.failure;
}

/** Seen before anything is made. Why there is nothing to do stays in the record. */
export function findDone({ state, memory }: Migration, why: Failure): void {
  state.failure = why;
  memory.doneBefore = true;
}

const GOES_ON: ReadonlySet<Decision['action']> = new Set(['retry', 'reset', 'adopt', 'removeLeftOver']);

/** Records who decided, and ends the wait for a decision. */
export function decide({ state, memory }: Migration, decision: Decision): void {
  keepDecision(state, decision);
  state.attention = null;
  if (!GOES_ON.has(decision.action)) memory.givenUp = true;
  else if (!memory.givenUp) state.failure = null;
}

/** Phases in which the target serves already: only a person takes it away, with what its guest has written. */
export const SERVES: ReadonlySet<Phase> = new Set(['post-hook', 'tidy']);

/**
 * No one decided in time: the migration is given up; on its way back it is tried again. A VM that only was not
 * tidied, or whose last hook failed, serves by now, and is not taken away: what is left is said instead.
 */
export function passDeadline(migration: Migration, at: string): void {
  const { state, memory, vm } = migration;
  const failure = state.attention?.failure;
  const why = `no one decided within ${vm.policy.parkDeadlineSeconds} s`;
  if (!SERVES.has(state.phase)) return decide(migration, { at, action: 'deadline', who: DROVER, why });
  keepDecision(state, { at, action: 'deadline', who: DROVER, why });
  state.attention = null;
  state.failure = null;
  if (failure !== undefined) state.left.push(failure.message);
  memory.done.add(state.phase);
}

/** Decisions that a record holds. Of more, the last; all are in the workflow's history. */
const MOST_DECISIONS_KEPT = 100;

export function keepDecision(state: VmState, decision: Decision): void {
  state.decisions = [...state.decisions.slice(1 - MOST_DECISIONS_KEPT), decision];
}

/** Who decides where no person does: when a time is over, or as the plan says. */
export const DROVER = 'drover';
export const POLICY = 'policy';

// ---- Disks --------------------------------------------------------------------------------------------------

export function diskStarted(disk: DiskState, at: string): void {
  Object.assign(disk, {
    phase: 'copying',
    startedAt: at,
    endedAt: null,
    failure: null,
  } satisfies Partial<DiskState>);
}

export function diskCopied(disk: DiskState, bytes: number | null, at: string): void {
  Object.assign(disk, { phase: 'copied', bytesCopied: bytes, endedAt: at } satisfies Partial<DiskState>);
}

export function diskFailed(disk: DiskState, failure: Failure, at: string): void {
  Object.assign(disk, { phase: 'failed', endedAt: at, failure } satisfies Partial<DiskState>);
}

/** What became of the attempts stays known, whatever becomes of the disk. */
export function keepAttempts(disk: DiskState, ended: readonly CopyAttempt[] = []): void {
  disk.attemptLog = lastAttempts([...(disk.attemptLog ?? []), ...ended]);
}

/**
 * Names the filling of a disk's volume: the one that goes on, or another. By count, not by time: where local activities
 * end together, a replay gives what follows them another time, and the volume would pass for one that was lost.
 * @param run names this migration among all of the VM
 */
export function fillingOf({ memory }: Migration, diskKey: number, run: string): string {
  const known = memory.fillings.get(diskKey);
  if (known !== undefined) return known;
  const count = (memory.filled.get(diskKey) ?? 0) + 1;
  const filling = `${run} ${count}`;
  memory.filled.set(diskKey, count);
  memory.fillings.set(diskKey, filling);
  return filling;
}

/** Attempts stay counted: the next must not share a Job with one of them. */
export function diskVoided(disk: DiskState): void {
  const clean: Partial<DiskState> = {
    phase: 'waiting',
    bytesCopied: null,
    startedAt: null,
    endedAt: null,
    failure: null,
  };
  Object.assign(disk, clean);
  delete disk.adopted;
}

/** What a VM that is started without virt-v2v has instead of its report. */
export const NOT_CONVERTED: ConversionReport = {
  converted: false,
  os: null,
  osinfo: null,
  virtio: null,
  firmware: null,
  bootDisk: null,
  warnings: [],
  accelerator: null,
};
