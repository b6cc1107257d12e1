/** Progress on a terminal: a bar for each disk that is copied, and what changes scrolls by above them. */
import { MultiBar, type SingleBar } from 'cli-progress';
import type { WatchSnapshot } from '../watch';
import { describeChanges } from './changes';
import { type DiskRow, diskRows } from './disk-row';
import { describeProgress } from './progress-text';
import type { ProgressStream, Renderer } from './renderer';
import { StandingNotes } from './standing-notes';

/** Lines of the terminal that bars leave free. */
const FREE_LINES = 4;
const DEFAULT_LINES = 24;
const LABEL_WIDTH = 28;

export class BarRenderer implements Renderer {
  private before: WatchSnapshot | null = null;
  private readonly notes = new StandingNotes();
  private readonly bars = new Map<string, SingleBar>();
  private readonly multi: MultiBar;
  private readonly mostBars: number;

  constructor(
    stream: ProgressStream,
    private readonly now: () => number = Date.now,
  ) {
    this.mostBars = Math.max(1, (stream.rows ?? DEFAULT_LINES) - FREE_LINES);
    this.multi = new MultiBar({
      stream,
      format: '{label} {bar} {percentage}% {text}',
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      emptyOnZero: true,
      linewrap: false,
      gracefulExit: false,
    });
  }

  show(snapshot: WatchSnapshot): void {
    const notes = this.notes.linesOf(snapshot, this.now());
    for (const line of [...describeChanges(this.before, snapshot), ...notes]) this.multi.log(`${line}\n`);
    for (const row of snapshot.vms.flatMap(diskRows)) {
      if (row.phase === 'copying') this.draw(row);
      else this.remove(row);
    }
    this.before = snapshot;
    this.multi.update();
  }

  close(): void {
    // Lines that wait to be logged are written by the last drawing.
    this.multi.update();
    this.multi.stop();
  }

  private draw(row: DiskRow): void {
    const payload = { label: fit(row.label), text: describeProgress(row) };
    const bar = this.bars.get(row.id);
    if (bar !== undefined) {
      bar.setTotal(row.totalBytes);
      bar.update(row.doneBytes, payload);
    } else if (this.bars.size < this.mostBars) {
      this.bars.set(row.id, this.multi.create(row.totalBytes, row.doneBytes, payload));
    }
  }

  private remove(row: DiskRow): void {
    const bar = this.bars.get(row.id);
    if (bar === undefined) return;
    this.multi.remove(bar);
    this.bars.delete(row.id);
  }
}

/** Cuts a long label at its beginning, because its end names the disk. */
function fit(label: string): string {
  return label.length > LABEL_WIDTH ? `…${label.slice(1 - LABEL_WIDTH)}` : label.padEnd(LABEL_WIDTH);
}
