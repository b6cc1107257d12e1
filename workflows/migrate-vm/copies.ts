/** The copy phase: a child workflow copies each disk that is not copied yet, at most `maxConcurrentDisks` of them at once. */
import {
  type ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { copyId } from '../../plan/names';
import { describeFailure, type Failure } from '../../plan/failures';
import type { FrozenDisk } from '../../plan/frozen';
import { beside, waits } from '../activity-proxies';
import { limit } from '../../plan/concurrency';
import { diskId } from '../../plan/workflow-ids';
import type { CopyDiskInput, CopyDiskState, DiskState } from '../temporal-api';
import { copyDisk } from '../copy-disk/workflow';
import { detailOf, fail, toFailure } from '../failure';
import { fallBack } from './fallback';
import { isToBeConverted } from './conversion';
import { markVolume, markVolumes } from './markers';
import { vmAttributes } from './publish';
import { stepsOf } from './made-local';
import { proveSharersOff } from './sharers';
import { checkSource, judgeOff, proveOff } from './source';
import {
  diskCopied,
  diskFailed,
  diskStarted,
  diskVoided,
  fillingOf,
  keepAttempts,
  type Migration,
} from './state';
import { isGranted, measure } from './slot-talk';
import { awaitSlot, turnOver } from './slots';
import { awaitAnyDisk } from './turn';
import { volumeGone } from './void-copies';
import { diskSlot, wantOfConversion } from './wants';
import { now, secondsBetween } from '../time';

/** How long the binder may take to go. */
export const RELEASE_DEADLINE_SECONDS = 600;

/**
 * Every disk is settled when this ends; with any of them failed, it throws. Disks that fell back are left waiting for
 * another volume.
 */
export async function copyDisks(migration: Migration): Promise<void> {
  const { vm, state } = migration;
  const waiting = state.disks.filter((disk) => disk.phase !== 'copied');
  const first = await awaitFirst(migration, waiting);
  const begun = await release(migration, first.slice(0, vm.policy.maxConcurrentDisks));

  const inTurn = limit(vm.policy.maxConcurrentDisks);
  const copy = (disk: DiskState) => inTurn(() => copyOne(migration, disk, begun.includes(disk)));
  await Promise.all(
    waiting.map((disk) => (usesSlots(migration) ? copyWithSlot(migration, disk, copy) : copy(disk))),
  );

  // A signal that is answered while a local activity runs is replayed in another order (SDK 1.24).
  if (migration.memory.carriesOn === true) await migration.memory.slots.sending;

  const failed = state.disks.filter((disk) => disk.phase === 'failed');
  const ran = failed.find((disk) => disk.failure?.kind === 'SourceRanMeanwhile');
  if (ran === undefined) {
    await proveOff(migration);
    // Only now: a marker says that the copy is right, not just that it ended. A conversion that follows at once writes it.
    const convertsNow = failed.length === 0 && isToBeConverted(migration);
    if (!convertsNow) await markVolumes(migration, unmarked(migration), 'copied');
  }
  if (ran !== undefined) throw reason(ran, failed.length);
  const [worst, ...others] = failed.filter((disk) => !fallBack(migration, disk, now()));
  if (worst !== undefined) throw reason(worst, others.length + 1);
}

/**
 * Takes the binder away, after a last look at the source: which host serves the disks may have changed since volumes
 * were made.
 * @returns those of the first disks whose copies began with it, right after the source was proven off
 */
async function release(migration: Migration, first: DiskState[]): Promise<DiskState[]> {
  const { memory } = migration;
  const { power } = await checkSource(migration, { power: true });
  if (power !== undefined) judgeOff(migration, power);
  await proveSharersOff(migration, stepsOf(migration));
  if (memory.released) return [];
  await waits(RELEASE_DEADLINE_SECONDS).releaseVolumes(
    migration.vm,
    first.map(({ key }) => key),
  );
  memory.released = true;
  return power === undefined ? [] : first.filter(({ method }) => method === 'import');
}

/**
 * Waits for its turn once more where the slots were given back, or where a disk fell back to an import: until one of the
 * disks may copy.
 * @returns those that may
 */
async function awaitFirst(migration: Migration, waiting: DiskState[]): Promise<DiskState[]> {
  if (!usesSlots(migration)) return waiting;
  await awaitAnyDisk(migration);
  return waiting.filter(({ key }) => isGranted(migration, diskSlot(key)));
}

/** Never throws, like {@link copyOne}. What the last disk gives back comes with the ask for the conversion's slot. */
async function copyWithSlot(
  migration: Migration,
  disk: DiskState,
  copy: (disk: DiskState) => Promise<void>,
): Promise<void> {
  const slot = diskSlot(disk.key);
  try {
    await awaitSlot(migration, slot);
  } catch {
    // Only a cancellation ends the wait: the disk stays as it is, and its slot goes back with all others.
    return;
  }
  await copy(disk);
  const took = secondsOfCopy(disk);
  if (took !== null) measure(migration, slot, took);
  const isLast = migration.state.disks.every(({ phase }) => phase === 'copied');
  const next = isLast && isToBeConverted(migration) ? [wantOfConversion(migration.vm)] : [];
  turnOver(migration, { done: [slot], next });
}

/** Of the attempt that copied it; null where none did. */
function secondsOfCopy({ phase, attemptLog = [] }: DiskState): number | null {
  const attempt = attemptLog.at(-1);
  if (phase !== 'copied' || attempt?.outcome !== 'copied' || attempt.endedAt === null) return null;
  return secondsBetween(attempt.startedAt, attempt.endedAt);
}

/** Never throws: how it ended is the disk's state. */
async function copyOne(migration: Migration, disk: DiskState, isBegun: boolean): Promise<void> {
  diskStarted(disk, now());
  try {
    if (!isBegun) await proveOff(migration);
    const result = await runChild(migration, disk);
    disk.attempts = result.attempt;
    keepAttempts(disk, result.attemptLog);
    diskCopied(disk, result.bytes, now());
    await markEarly(migration, disk);
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) return diskVoided(disk);
    settleFailed(migration, disk, error);
  }
}

/**
 * Marks a disk while others are still copied: should the whole run be lost meanwhile, its copy is not. What can't be proven
 * or marked now is left to the end of the phase, which says why.
 */
async function markEarly(migration: Migration, disk: DiskState): Promise<void> {
  const { state, memory } = migration;
  const isLast = state.disks.every(({ phase }) => phase === 'copied' || phase === 'failed');
  if (memory.carriesOn !== true || isLast) return;
  try {
    await proveOff(migration, beside);
    await markVolume(migration, frozen(migration, disk), { state: 'copied', by: beside });
  } catch {
    return;
  }
}

function runChild(migration: Migration, state: DiskState): ReturnType<typeof copyDisk> {
  const { vm, ref, memory } = migration;
  const disk = frozen(migration, state);
  if (memory.connection === null) throw fail('Unexpected', 'the connection to the source was not read');
  const filling = fillingOf(migration, disk.key, workflowInfo().firstExecutionRunId);
  const input: CopyDiskInput = {
    vm: ref,
    disk,
    policy: vm.policy,
    connection: memory.connection,
    copyId: copyId(ref, disk.key, filling),
    firstAttempt: state.attempts + 1,
  };
  return executeChild(copyDisk, {
    args: [input],
    workflowId: diskId(ref, disk.key),
    parentClosePolicy: 'REQUEST_CANCEL',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    typedSearchAttributes: vmAttributes(migration.state),
  });
}

function settleFailed(migration: Migration, disk: DiskState, error: unknown): void {
  const failure = toFailure(error);
  disk.attempts = attemptsOf(migration, disk, error);
  keepAttempts(disk, stateAtFailure(error)?.attemptLog);
  diskFailed(disk, failure, now());
  // A failed import takes its volume with it; a plugin's is kept for the next attempt.
  if (disk.method === 'import' || failure.kind === 'VolumeLost') volumeGone(migration, disk.key);
}

/** By the child's own count. A child that was terminated leaves no count: it may have used all its attempts. */
function attemptsOf({ vm }: Migration, disk: DiskState, error: unknown): number {
  if (!(error instanceof ChildWorkflowFailure)) return disk.attempts;
  return stateAtFailure(error)?.attempt ?? disk.attempts + vm.policy.copyAttempts;
}

function stateAtFailure(error: unknown): CopyDiskState | undefined {
  return error instanceof ChildWorkflowFailure ? (detailOf(error) as CopyDiskState | undefined) : undefined;
}

function reason(disk: DiskState, count: number): ApplicationFailure {
  const failure: Failure = disk.failure ?? describeFailure('Unexpected', 'it failed without a reason');
  const others = count > 1 ? ` (and ${count - 1} more failed)` : '';
  return fail(failure.kind, `disk ${disk.index}: ${failure.message}${others}`);
}

function unmarked({ vm, state, memory }: Migration): FrozenDisk[] {
  const copied = new Set(state.disks.filter((disk) => disk.phase === 'copied').map((disk) => disk.key));
  return vm.disks.filter(({ key }) => copied.has(key) && !memory.marked.has(key));
}

function frozen({ vm }: Migration, { key }: DiskState): FrozenDisk {
  const disk = vm.disks.find((candidate) => candidate.key === key);
  if (disk === undefined) throw fail('Unexpected', `the plan has no disk ${key}`);
  return disk;
}

function usesSlots({ memory }: Migration): boolean {
  return memory.usesSlots === true;
}
