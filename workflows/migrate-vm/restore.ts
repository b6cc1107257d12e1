/**
 * Gives a migration up: nothing of ours is left in the target cluster, and the source is as it was.
 *
 * Promise 3 (docs/design.md) gives the order: first no marker calls a volume good, then no target VM can run, then the
 * source may run, and last the rest is removed. Nothing is looked for that can't have been made, so that a migration which was refused because
 * another one's VM is there can't remove that one's disks.
 */
import { patched } from '../patches';
import { cleanUp } from '../activity-proxies';
import { clearMarkers } from './markers';
import { restartSource } from './source';
import type { VmState } from '../temporal-api';
import type { Migration } from './state';

/** Safe to run again after any failure in it. */
export async function restore(migration: Migration): Promise<void> {
  const { ref, memory } = migration;
  // A hook whose end nobody reports keeps no source off: what is left of it is named in the end.
  if (memory.made.hooks) await cleanUp.stopHook(ref).catch(() => undefined);
  if (memory.made.conversion) await cleanUp.stopConversion(ref);
  if (memory.made.volumes) await clearMarkers(migration);
  if (memory.made.machine) await cleanUp.removeMachine(ref);
  try {
    await restartSource(migration);
  } catch (error) {
    await removeUnstarted(migration);
    throw error;
  }
  await removeRest(migration);
}

/**
 * A source that can't be started waits for an operator, for example when the owner of its login took consent back. Drover
 * removes the rest meanwhile. It ignores what fails here: after a retry has started the source, it removes the rest again,
 * and names what it can't remove.
 */
async function removeUnstarted(migration: Migration): Promise<void> {
  // Asked once and kept: see made-local.ts.
  migration.memory.removesUnstarted ??= patched('remove-unstarted');
  if (migration.memory.removesUnstarted) await removeRest(migration).catch(() => undefined);
}

async function removeRest({ ref, state, memory }: Migration): Promise<void> {
  if (memory.made.volumes || memory.made.hooks)
    state.left = [...lostCopiers(state), ...(await cleanUp.removeEverything(ref))];
}

/** Copies that may still run: their ends could not be proven. */
function lostCopiers({ disks }: VmState): string[] {
  return disks.flatMap(({ index, failure }) =>
    failure?.kind === 'CopierLost' ? [`disk ${index}: ${failure.message}`] : [],
  );
}
