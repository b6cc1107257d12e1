/**
 * Copies that are of no use any more: all of them after the source ran again (promise 1 of docs/design.md) or after a failed
 * conversion wrote to the disks (promise 4), one of them after its volume was lost. A retry copies again.
 */
import type { Phase } from '../temporal-api';
import { clearMarkers } from './markers';
import { diskVoided, type Memory, type Migration } from './state';

/** Hooks that follow the proof that the guest is up: they are void with it. */
export const AFTER_VERIFY = ['after-verify', 'post-hook'] as const satisfies Phase[];

/** The source ran while it was copied, so its copies hold bytes of two times: no marker may call such a volume good. */
export async function voidCopiesOfRunSource(migration: Migration): Promise<void> {
  sourceRan(migration);
  try {
    await clearMarkers(migration);
  } catch {
    // The volumes are discarded before anything uses them: a marker that can't be reached now misleads no step.
  }
}

/** One disk's volume is gone: it is made, bound, released and filled again; the others stay copied. */
export function volumeGone({ memory }: Migration, diskKey: number): void {
  memory.fillings.delete(diskKey);
  memory.adopted.delete(diskKey);
  memory.marked.delete(diskKey);
  memory.released = false;
  undo(memory, 'volumes', 'copy');
}

/** Whatever the volumes hold is of no use (docs/design.md, promises 1 and 4): all are discarded, made and filled again. */
export function voidCopies({ state, memory }: Migration): void {
  state.disks.forEach(diskVoided);
  state.conversion = null;
  state.proof = null;
  memory.converting = null;
  memory.fillings.clear();
  memory.adopted.clear();
  memory.marked.clear();
  if (!memory.released) memory.binderStands = true;
  memory.released = false;
  memory.stale = true;
  undo(memory, 'volumes', 'copy', 'convert', 'create-vm', 'start-vm', 'verify', ...AFTER_VERIFY);
}

/** The source ran after we saw it off: it has to be stopped again, too. */
export function sourceRan(migration: Migration): void {
  voidCopies(migration);
  migration.memory.evidence = null;
  migration.memory.sharers.clear();
  // The host that the source runs on may have changed, too.
  migration.memory.connection = null;
  undo(migration.memory, 'before-cutover', 'stop-source');
}

/** They are to be done again. */
export function undo(memory: Memory, ...phases: Phase[]): void {
  for (const phase of phases) memory.done.delete(phase);
}
