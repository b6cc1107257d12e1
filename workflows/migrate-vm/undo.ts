/** What failures undo: what they make void is done again after a retry. */
import { failureSpec, type FailureKind, type Undoing } from '../../plan/failures';
import type { Phase } from '../temporal-api';
import { clearMarkers } from './markers';
import { diskVoided, type Memory, type Migration } from './state';

const UNDOINGS: Readonly<Record<Undoing, (migration: Migration, phase: Phase) => Promise<void> | void>> = {
  // In `copy` each disk has undone its own already.
  volume: (migration, phase) => (phase === 'copy' ? undefined : voidCopies(migration)),
  copies: voidCopies,
  'source-stop': forgetCopies,
};

/** By the row of its kind in plan/failures.ts. */
export async function undoWhatFailed(migration: Migration, kind: FailureKind, phase: Phase): Promise<void> {
  const { undoes } = failureSpec(kind);
  if (undoes !== undefined) await UNDOINGS[undoes](migration, phase);
}

/** Copies of a source that ran hold bytes of two times: the volumes must not pass for whole, whoever looks at them. */
async function forgetCopies(migration: Migration): Promise<void> {
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
  memory.marked.clear();
  memory.released = false;
  memory.stale = true;
  undo(memory, 'volumes', 'copy', 'convert', 'create-vm', 'start-vm', 'verify');
}

/** The source ran after we saw it off: it has to be stopped again, too. */
export function sourceRan(migration: Migration): void {
  voidCopies(migration);
  migration.memory.evidence = null;
  // The host that the source runs on may have changed, too.
  migration.memory.connection = null;
  undo(migration.memory, 'stop-source');
}

function undo(memory: Memory, ...phases: Phase[]): void {
  for (const phase of phases) memory.done.delete(phase);
}
