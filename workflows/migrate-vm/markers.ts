/** The marker of each volume: it says what the volume holds, so that no later phase takes bad bytes for good ones. */
import type { MarkedVolume } from '../../activities/interfaces';
import { type CopyEvidence, fileOf, type SharerEvidence, type VolumeState } from '../../plan/copy-evidence';
import type { FrozenDisk } from '../../plan/frozen';
import { copyId } from '../../plan/names';
import { settleAll } from '../../plan/settle-all';
import type { beside } from '../activity-proxies';
import { fail, toFailure } from '../failure';
import { stepsOf } from './made-local';
import type { Memory, Migration } from './state';

export async function markVolumes(
  migration: Migration,
  disks: readonly FrozenDisk[],
  state: VolumeState,
): Promise<void> {
  await settleAll(disks.map((disk) => markVolume(migration, disk, { state, by: stepsOf(migration) })));
}

/** @param how with which marker, and in what kind of activity */
export async function markVolume(
  migration: Migration,
  disk: FrozenDisk,
  { state, by }: { state: VolumeState; by: Pick<typeof beside, 'markVolume'> },
): Promise<void> {
  const { ref, memory } = migration;
  const again = memory.marked.has(disk.key);
  const evidence = again ? null : evidenceOf(migration, disk);
  const proof = evidence === null ? {} : { evidence };
  await by.markVolume({ vm: ref, ...marked(migration, disk, state), again, ...proof });
  memory.marked.add(disk.key);
}

/** By what a later run may prove this copy; null while nothing proves that the source is off. */
function evidenceOf({ vm, state, memory }: Migration, disk: FrozenDisk): CopyEvidence | null {
  const { evidence: off, changeIds } = memory;
  if (off === null) return null;
  const sharers = sharersSeenOff(memory, disk);
  if (sharers === null) return null;
  const { key, serial, capacityBytes } = disk;
  const { ranAtStart, stoppedByUs, stoppedAt } = state.source;
  return {
    instanceUuid: vm.vm.instanceUuid,
    disk: { key, serial, file: fileOf(disk), capacityBytes, changeId: changeIds.get(key) ?? null },
    off,
    source: { ranAtStart: ranAtStart ?? false, stoppedByUs, stoppedAt },
    ...(sharers.length > 0 && { sharers }),
  };
}

/** Null where one of them was never seen off. */
function sharersSeenOff({ sharers }: Memory, { sharedWith = [] }: FrozenDisk): SharerEvidence[] | null {
  const seen = sharedWith.flatMap(({ moref }) => {
    const off = sharers.get(moref);
    return off === undefined ? [] : [{ moref, off }];
  });
  return seen.length === sharedWith.length ? seen : null;
}

/** A disk's volume, marked with the copy that it holds. */
export function marked(migration: Migration, disk: FrozenDisk, state: VolumeState): MarkedVolume {
  return { volumeName: disk.volumeName, marker: { state, copyId: copyOf(migration, disk) } };
}

/** Id of the copy that a disk's volume holds. */
export function copyOf({ ref, memory }: Migration, { key, index }: FrozenDisk): string {
  const adopted = memory.adopted.get(key);
  if (adopted !== undefined) return adopted;
  const filling = memory.fillings.get(key);
  if (filling === undefined) throw fail('Unexpected', `disk ${index} was never copied`);
  return copyId(ref, key, filling);
}

/** Removes the markers of volumes that hold nothing of use. A volume that is gone has none. */
export async function clearMarkers(migration: Migration): Promise<void> {
  await settleAll(migration.vm.disks.map(({ volumeName }) => clearMarker(migration, volumeName)));
}

async function clearMarker(migration: Migration, volumeName: string): Promise<void> {
  try {
    const request = { vm: migration.ref, volumeName, marker: null, again: false };
    await stepsOf(migration).markVolume(request);
  } catch (error) {
    if (toFailure(error).kind !== 'VolumeLost') throw error;
  }
}
