/** How an import stands, by its DataVolume alone. */
import { shorten } from '../api/errors';
import type { DataVolume } from '../api/kinds';
import { importerSentence } from './importer-words';

/** In these phases of a DataVolume, CDI has made an importer, or is about to make one. */
const TAKEN_UP = new Set(['ImportScheduled', 'ImportInProgress']);

export type ImportState =
  | { kind: 'copying'; isTakenUp: boolean; fraction: number | null; restarts: number; note: string | null }
  | { kind: 'succeeded'; restarts: number }
  | { kind: 'failed'; message: string };

/** @param note of a copy: why it does not run; null where it runs, or nobody says why */
export function importState({ status }: DataVolume): ImportState {
  const restarts = status?.restartCount ?? 0;
  switch (status?.phase) {
    case 'Succeeded':
      return { kind: 'succeeded', restarts };
    case 'Failed':
      return { kind: 'failed', message: whyNotRunning(status) ?? 'no reason given' };
    default:
      return {
        kind: 'copying',
        isTakenUp: TAKEN_UP.has(status?.phase ?? ''),
        fraction: fraction(status?.progress),
        restarts,
        note: whyNotRunning(status),
      };
  }
}

function whyNotRunning(status: DataVolume['status']): string | null {
  const running = status?.conditions?.find(({ type }) => type === 'Running');
  const bound = status?.conditions?.find(({ type }) => type === 'Bound');
  if (running?.status === 'True') return null;
  // The importer has ended well ("Import Complete"), and CDI is about to say that the import has.
  if (running?.reason === 'Completed') return null;
  if (running?.message) return importerSentence(running.message);
  return bound?.message && bound.status !== 'True' ? shorten(bound.message) : null;
}

/** `45.00%` → 0.45; `N/A` and anything else → null. */
function fraction(progress: string | undefined): number | null {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(progress ?? '')?.[1];
  return percent === undefined ? null : Math.min(1, Number(percent) / 100);
}
