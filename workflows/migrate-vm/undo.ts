/** What failures undo: a retry does again what a failure makes void. */
import { failureSpec, type FailureKind, type Undoing } from '../../plan/failures';
import type { Phase } from '../temporal-api';
import type { Migration } from './state';
import { undo, voidCopies, voidCopiesOfRunSource } from './void-copies';

const UNDOINGS: Readonly<Record<Undoing, (migration: Migration, phase: Phase) => Promise<void> | void>> = {
  // In `copy` each disk has undone its own already.
  volume: (migration, phase) => (phase === 'copy' ? undefined : voidCopies(migration)),
  copies: voidCopies,
  'source-stop': voidCopiesOfRunSource,
  // A target that was made already owns the volume that it was made with, and not the one that is attached next.
  attachment: ({ memory }) => undo(memory, 'await-shared-disks', 'create-vm'),
};

/** By the row of its kind in plan/failures.ts. */
export async function undoWhatFailed(migration: Migration, kind: FailureKind, phase: Phase): Promise<void> {
  const { undoes } = failureSpec(kind);
  if (undoes !== undefined) await UNDOINGS[undoes](migration, phase);
}
