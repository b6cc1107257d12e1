/** What each volume says of itself, so that no later step mistakes one state for another. */
import type { VolumeMarker } from '../../activities/contract';
import type { FrozenDisk } from '../../plan/frozen';
import { copyId } from '../../plan/names';
import type { VmRef } from '../../plan/vm-ref';
import { brief } from '../activity-proxies';
import { settleAll } from '../concurrency';
import { fail, toFailure } from '../failure';
import type { Migration } from './state';

export async function markVolumes(
  migration: Migration,
  disks: readonly FrozenDisk[],
  state: VolumeMarker,
): Promise<void> {
  await settleAll(disks.map((disk) => markVolume(migration, disk, state)));
}

async function markVolume({ ref, facts }: Migration, disk: FrozenDisk, state: VolumeMarker): Promise<void> {
  const filling = facts.fillings.get(disk.key);
  if (filling === undefined) throw fail('Unexpected', `disk ${disk.index} was never copied`);
  const marker = { state, copyId: copyId(ref, disk.key, filling) };
  await brief.markVolume({ vm: ref, volumeName: disk.volumeName, marker });
  facts.marked.add(disk.key);
}

/** The volumes hold nothing of use. A volume that is gone has no marker. */
export async function clearMarkers({ vm, ref }: Migration): Promise<void> {
  await settleAll(vm.disks.map(({ volumeName }) => clearMarker(ref, volumeName)));
}

async function clearMarker(vm: VmRef, volumeName: string): Promise<void> {
  try {
    await brief.markVolume({ vm, volumeName, marker: null });
  } catch (error) {
    if (toFailure(error).kind !== 'VolumeLost') throw error;
  }
}
