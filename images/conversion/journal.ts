/**
 * How far the conversion of these disks is, kept on the scratch volume that outlives Pods.
 *
 *     (absent) ──► converting ──► committing ──► converted
 *                  overlays may   disks change,  every disk
 *                  be thrown away overlays must  is whole
 *                                 not be lost
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './durable';
import type { Findings } from './report';

interface Entry {
  version: 1;
  /** Names the filling of the volumes that this journal belongs to. */
  id: string;
}

export type JournalEntry =
  /** No disk is touched yet. */
  | (Entry & { state: 'converting' })
  /** The overlays are complete; `committed` are the indices of the disks that hold theirs already. */
  | (Entry & { state: 'committing'; findings: Findings; committed: number[] })
  | (Entry & { state: 'converted'; findings: Findings });

/** `unusable`: there is one, but it can't be this conversion's, so nothing may be concluded from it. */
export type Found = { state: 'absent' } | { state: 'unusable'; why: string } | JournalEntry;

export class Journal {
  private readonly file: string;

  constructor(
    directory: string,
    private readonly id: string,
  ) {
    this.file = join(directory, 'journal.json');
  }

  read(): Found {
    const text = readIfThere(this.file);
    if (text === null) return { state: 'absent' };
    const entry = parse(text);
    if (entry === null) return { state: 'unusable', why: `${this.file} can't be read as a journal` };
    if (entry.id === this.id) return entry;
    return { state: 'unusable', why: `${this.file} is of the conversion ${entry.id}, this is ${this.id}` };
  }

  converting(): void {
    this.write({ version: 1, id: this.id, state: 'converting' });
  }

  committing(findings: Findings, committed: number[]): void {
    this.write({ version: 1, id: this.id, state: 'committing', findings, committed });
  }

  converted(findings: Findings): void {
    this.write({ version: 1, id: this.id, state: 'converted', findings });
  }

  private write(entry: JournalEntry): void {
    replaceFile(this.file, JSON.stringify(entry));
  }
}

/** We alone write the file, and replace it at once: beyond version and state, what it holds is as it was written. */
function parse(text: string): JournalEntry | null {
  try {
    const entry = JSON.parse(text) as Partial<JournalEntry> | null;
    const isKnown = ['converting', 'committing', 'converted'].includes(entry?.state ?? '');
    return entry?.version === 1 && typeof entry.id === 'string' && isKnown ? (entry as JournalEntry) : null;
  } catch {
    return null;
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
