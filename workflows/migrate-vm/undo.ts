/** What failures undo: what they make void is done again after a retry. */
import { failureSpec, type FailureKind, type Undoing } from '../../plan/failures';
import type { Phase } from '../temporal-api';
import { clearMarkers } from './markers';
import { diskVoided, type Facts, type Migration } from './state';

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
export function volumeGone({ facts }: Migration, diskKey: number): void {
  facts.fillings.delete(diskKey);
  facts.marked.delete(diskKey);
  facts.released = false;
  undo(facts, 'volumes', 'copy');
}

/** Whatever the volumes hold is of no use (docs/design.md, promises 1 and 4): all are discarded, made and filled again. */
export function voidCopies({ state, facts }: Migration): void {
  state.disks.forEach(diskVoided);
  state.conversion = null;
  state.proof = null;
  facts.converting = null;
  facts.fillings.clear();
  facts.marked.clear();
  facts.released = false;
  facts.stale = true;
  undo(facts, 'volumes', 'copy', 'convert', 'create-vm', 'start-vm', 'verify');
}

/** The source ran after we saw it off: it has to be stopped again, too. */
export function sourceRan(migration: Migration): void {
  voidCopies(migration);
  migration.facts.evidence = null;
  // The host that the source runs on may have changed, too.
  migration.facts.connection = null;
  undo(migration.facts, 'stop-source');
}

function undo(facts: Facts, ...phases: Phase[]): void {
  for (const phase of phases) facts.done.delete(phase);
}
