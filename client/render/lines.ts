/** Progress as plain lines, for pipes, logs and CI: one a change, and one each ten seconds for a disk that moves. */
import type { WatchSnapshot } from '../watch';
import { describeChanges } from './changes';
import { type DiskRow, diskRows } from './disk-row';
import { describeProgress, percent } from './progress-text';
import type { ProgressStream, Renderer } from './renderer';
import { StandingNotes } from './standing-notes';

/** Shortest time between two lines about one disk: a log of a day's copy stays readable. */
const DISK_INTERVAL_MS = 10_000;

export class LineRenderer implements Renderer {
  private before: WatchSnapshot | null = null;
  private readonly notes = new StandingNotes();
  /** When a disk was last spoken of. */
  private readonly spoken = new Map<string, number>();

  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = Date.now,
  ) {}

  show(snapshot: WatchSnapshot): void {
    const now = this.now();
    const lines = [...describeChanges(this.before, snapshot), ...this.notes.linesOf(snapshot, now)];
    for (const row of snapshot.vms.flatMap(diskRows)) {
      if (this.isDue(row, now)) lines.push(`${row.label}: ${percent(row)}%, ${describeProgress(row)}`);
    }
    this.before = snapshot;
    for (const line of lines) this.stream.write(`${line}\n`);
  }

  close(): void {
    this.spoken.clear();
  }

  private isDue(row: DiskRow, now: number): boolean {
    if (row.phase !== 'copying') return false;
    const last = this.spoken.get(row.id);
    // The change to `copying` was a line already; the first one with numbers comes an interval later.
    if (last !== undefined && now - last < DISK_INTERVAL_MS) return false;
    this.spoken.set(row.id, now);
    return last !== undefined;
  }
}
