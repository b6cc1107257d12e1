/**
 * Shared disks. One VM, the owner, copies a disk; the others attach its volume. A copy is good only if all of them were off
 * from before its first byte, and are off until their targets have it (docs/decisions/0056).
 *
 * The owner sees the others off before it stops its own source, and looks at them wherever it looks at its source. What it saw
 * stands on the volume. A VM that attaches the volume compares that with what vCenter says then, also of itself.
 */
import type { WatchedVm } from '../../activities/interfaces';
import { offEvidence, ranSince } from '../../plan/off-proof';
import type { PowerReading } from '../../plan/inventory';
import { notOff, sharersOf, sharersOfAttached, sharersRan } from '../../plan/sharers';
import { type beside, waits } from '../activity-proxies';
import { fail } from '../failure';
import { stepsOf } from './made-local';
import { sourceVmOf, type Migration } from './state';

type Reads = Pick<typeof beside, 'readPowers'>;

// ---- Disks that this migration copies -----------------------------------------------------------------------

/** Keeps what vCenter says of the others. Of copies that an earlier run made, it was kept then. */
export async function seeSharersOff(migration: Migration): Promise<void> {
  const { vm, memory } = migration;
  const sharers = sharersOf(vm);
  if (sharers.length === 0) return;
  if (memory.adopted.size > 0) await proveSharersOff(migration, stepsOf(migration));
  const others = sharers.map(({ moref }) => moref);
  const readings = await stepsOf(migration).readPowers({ ...sourceVmOf(migration), others });
  const faults = notOff(sharers, readings);
  if (faults.length > 0) throw fail('SharedDiskInUse', faults.join('; '));
  for (const { moref, reading } of readings)
    if (reading !== null) memory.sharers.set(moref, offEvidence(reading));
}

/** Throws `SourceRanMeanwhile` where one of the others ran: they write to what is copied. */
export async function proveSharersOff(migration: Migration, by: Reads): Promise<void> {
  const watched = watchedSharers(migration);
  if (watched.length === 0) return;
  await requireNoneRan(migration, by, watched);
}

function watchedSharers({ vm, memory }: Migration): WatchedVm[] {
  return sharersOf(vm).flatMap((sharer) => {
    const off = memory.sharers.get(sharer.moref);
    return off === undefined ? [] : [{ ...sharer, off, ifRan: 'SourceRanMeanwhile' as const }];
  });
}

// ---- Disks that this migration attaches ---------------------------------------------------------------------

/**
 * Waits until the owners of all attached disks have finished. It holds no volume and no transfer slot meanwhile: an owner may
 * need them.
 */
export async function awaitSharedDisks(migration: Migration): Promise<void> {
  const { vm, memory } = migration;
  const seconds = vm.policy.copyDeadlineSeconds;
  memory.attachments = await waits(seconds).awaitSharedDisks(vm, seconds);
  await proveAttached(migration);
}

/** Throws `SharedDiskChanged` where one of the VMs that write an attached disk ran since it was copied, this one among them. */
export async function proveAttached(migration: Migration): Promise<void> {
  const { attachments } = migration.memory;
  if (attachments.length === 0) return;
  requireAttached(migration, await stepsOf(migration).readPower(sourceVmOf(migration)));
  await requireNoneRan(migration, stepsOf(migration), watchedOthers(migration));
}

/** The same of this VM alone, by what was read just now: what it wrote since is not in the volume. */
export function requireAttached(migration: Migration, reading: PowerReading): void {
  const { ref, memory } = migration;
  const own = memory.attachments.flatMap(({ users }) => users.filter(({ moref }) => moref === ref.moref));
  for (const { off } of own) {
    const ran = ranSince(off, reading);
    if (ran !== null)
      throw fail(
        'SharedDiskChanged',
        `the source ran after it was seen off for the copy of its shared disk: ${ran}`,
      );
  }
}

function watchedOthers({ vm, memory }: Migration): WatchedVm[] {
  return sharersOfAttached(vm).flatMap(({ moref, name }) =>
    memory.attachments.flatMap(({ users }) =>
      users
        .filter((user) => user.moref === moref)
        .map((user) => ({ ...user, name, ifRan: 'SharedDiskChanged' as const })),
    ),
  );
}

// ---- Both ---------------------------------------------------------------------------------------------------

/** All other VMs that must have stayed off until the target starts. */
export function watchedAtStart(migration: Migration): WatchedVm[] {
  return [...watchedSharers(migration), ...watchedOthers(migration)];
}

async function requireNoneRan(migration: Migration, by: Reads, watched: readonly WatchedVm[]): Promise<void> {
  const others = [...new Set(watched.map(({ moref }) => moref))];
  const readings = await by.readPowers({ ...sourceVmOf(migration), others });
  const ran = watched.flatMap((one) => sharersRan([one], readings).map((why) => ({ why, kind: one.ifRan })));
  const [first] = ran;
  if (first !== undefined) throw fail(first.kind, [...new Set(ran.map(({ why }) => why))].join('; '));
}
