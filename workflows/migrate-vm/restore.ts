/**
 * Gives a migration up: nothing of ours is left in the target cluster, and the source is as it was.
 *
 * The order is promise 3's: no marker calls a volume good, then no target VM can run, then the source may, and last
 * the rest is removed. Nothing is looked for that can't have been made, so that a migration which was refused because
 * another one's VM is there can't remove that one's disks.
 */
import { cleanUp } from '../activity-proxies';
import { clearMarkers } from './markers';
import { restartSource } from './source';
import type { VmState } from '../contract';
import type { Migration } from './state';

/** Safe to run again after any failure in it. */
export async function restore(migration: Migration): Promise<void> {
  const { ref, state, facts } = migration;
  if (facts.made.conversion) await cleanUp.stopConversion(ref);
  if (facts.made.volumes) await clearMarkers(migration);
  if (facts.made.machine) await cleanUp.removeMachine(ref);
  await restartSource(migration);
  if (facts.made.volumes) state.left = [...lostCopiers(state), ...(await cleanUp.removeEverything(ref))];
}

/** Copies that may still run: their ends could not be proven. */
function lostCopiers({ disks }: VmState): string[] {
  return disks.flatMap(({ index, failure }) =>
    failure?.kind === 'CopierLost' ? [`disk ${index}: ${failure.message}`] : [],
  );
}
