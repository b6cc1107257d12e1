/**
 * The convert phase: virt-v2v-in-place over all disks of the VM. What it writes goes to a scratch volume, and from
 * there to the disks once it is known to be right; so an attempt that died is carried on by the next (docs/design.md, promise 4).
 */
import { isCancellation } from '@temporalio/workflow';
import type { ConversionReport } from '../../activities/interfaces';
import { describeFailure, failureSpec, type Failure } from '../../plan/failures';
import { isWindows } from '../../plan/guest-id';
import { conversionId } from '../../plan/names';
import { cleanUp, waits } from '../activity-proxies';
import { fail, toFailure } from '../failure';
import { copyOf, markVolumes } from './markers';
import { NOT_CONVERTED, type Migration } from './state';
import { activitiesOf } from './made-local';
import { measure } from './slot-talk';
import { awaitSlot, turnOver } from './slots';
import { now, secondsBetween } from '../time';
import { CONVERSION_SLOT, wantOfConversion } from './wants';

/** Seconds for a Pod that runs for one or two: pulling its image may take most of the time. */
const PROBE_SECONDS = 600;

/**
 * While the source still runs: Windows can't be converted without drivers, which the image has or has not. Whatever
 * else is wrong with a guest only its own disks tell.
 */
export async function checkConverter(migration: Migration): Promise<void> {
  const { vm, state } = migration;
  if (vm.conversion === null || !isWindows(vm.hardware.guestId)) return;
  const { virtioWin } = await waits(PROBE_SECONDS).probeConverter(vm, PROBE_SECONDS);
  if (virtioWin) return;
  const { image } = vm.conversion;
  const missing = describeFailure('GuestDriversMissing', `${image} holds no drivers for this Windows guest`);
  state.conversion = leaveAsItIs(migration, missing) ?? rethrow(fail(missing.kind, missing.message));
}

/** Whether virt-v2v has yet to run over the copies, as the plan has it. */
export function isToBeConverted({ vm, state }: Migration): boolean {
  return vm.conversion !== null && state.conversion === null;
}

/** Leaves the volumes marked `converting`: what they hold is said again as the target VM is given them. */
export async function convert(migration: Migration): Promise<void> {
  const { vm, state } = migration;
  await discardOutgrown(migration);
  if (isToBeConverted(migration)) {
    await markVolumes(migration, vm.disks, 'converting');
    await awaitConversionSlot(migration);
    const begin = now();
    state.conversion = await convertOrLeave(migration);
    if (state.conversion.converted) measure(migration, CONVERSION_SLOT, secondsBetween(begin, now()));
    turnOver(migration, { done: [CONVERSION_SLOT] });
  }
  state.conversion ??= NOT_CONVERTED;
}

/** An operator wants another scratch volume, or none: what is on this one has not reached the disks. */
export async function discardOutgrown({ ref, memory }: Migration): Promise<void> {
  if (!memory.scratchOutgrown) return;
  await cleanUp.stopConversion(ref);
  await cleanUp.discardScratch(ref);
  memory.scratchUid = null;
  memory.scratchOutgrown = false;
}

/** Asked for as the last disk was copied, or now: after a retry. */
async function awaitConversionSlot(migration: Migration): Promise<void> {
  if (migration.memory.usesSlots !== true) return;
  turnOver(migration, { next: [wantOfConversion(migration.vm)] });
  await awaitSlot(migration, CONVERSION_SLOT);
}

async function convertOrLeave(migration: Migration): Promise<ConversionReport> {
  try {
    return await convertInAttempts(migration);
  } catch (error) {
    return leaveAsItIs(migration, toFailure(error)) ?? rethrow(error);
  }
}

/** What stands for a conversion of a guest that can't be converted; null where the plan wants it parked. */
function leaveAsItIs({ vm }: Migration, { kind, message }: Failure): ConversionReport | null {
  if (vm.policy.onUnconvertible === 'park' || failureSpec(kind).policy !== 'onUnconvertible') return null;
  return { ...NOT_CONVERTED, warnings: [`${kind}: ${message}`] };
}

function rethrow(error: unknown): never {
  throw error;
}

/** A conversion that was lost (its node, its Pod) is carried on; one that failed fails again. */
async function convertInAttempts(migration: Migration): Promise<ConversionReport> {
  const { vm, ref } = migration;
  for (let left = vm.policy.convertAttempts - 1; ; left -= 1) {
    try {
      return await convertOnce(migration);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Nothing of this attempt may run when the next looks at the disks.
      await cleanUp.stopConversion(ref);
      if (failureSpec(toFailure(error).kind).retry !== 'attempt' || left === 0) throw error;
    }
  }
}

async function convertOnce(migration: Migration): Promise<ConversionReport> {
  const { vm, ref, memory } = migration;
  const before = memory.converting;
  const id = idOf(migration);
  const { convertDeadlineSeconds: deadline, convertStartDeadlineSeconds: startDeadline } = vm.policy;
  memory.made.conversion = true;
  memory.conversionAttempts += 1;
  const attempt = memory.conversionAttempts;
  memory.converting = id;
  let started = false;
  try {
    memory.scratchUid = await activitiesOf(migration).startConversion(vm, {
      attempt,
      conversionId: id,
      resume: before === id,
    });
    started = true;
    return await waits(deadline).awaitConversion(ref, attempt, deadline, startDeadline);
  } catch (error) {
    const { kind } = toFailure(error);
    // A refusal makes nothing; after silence there may be a Pod, and what it did must be found by the next.
    const nothingRan = started ? kind === 'ConversionNotStarted' : failureSpec(kind).retry === 'operator';
    if (nothingRan) memory.converting = before;
    throw error;
  }
}

/** Stable for as long as the volumes hold the same copies. */
function idOf(migration: Migration): string {
  const copies = migration.vm.disks.map((disk) => copyOf(migration, disk));
  return conversionId(migration.ref, copies);
}
