/** A migration's timeline for people. */
import type { TimelineEntry } from '../history/timeline';
import { formatSeconds, formatTime } from './format';
import { renderTable } from './table';

/** Ends with a newline. */
export function renderTimeline(entries: readonly TimelineEntry[]): string {
  return renderTable(['TIME', 'PHASE', 'WHAT', 'TOOK', 'WHY'], entries.map(rowOf));
}

function rowOf(entry: TimelineEntry): string[] {
  const { at, kind, phase, seconds, why } = entry;
  return [
    formatTime(at),
    kind === 'phase' ? (phase ?? '') : '',
    kind === 'phase' ? '' : describe(entry),
    seconds === null ? '' : formatSeconds(seconds),
    why ?? '',
  ];
}

function describe({ what, disk, outcome, attempts }: TimelineEntry): string {
  const notes = [
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(outcome === 'done' ? [] : [OUTCOMES[outcome]]),
  ];
  const about = disk === null ? what : `disk ${disk}: ${what}`;
  return notes.length === 0 ? about : `${about} (${notes.join(', ')})`;
}

const OUTCOMES = { failed: 'failed', stopped: 'stopped', open: 'goes on' } as const;
