/** Rates of all disks of a watched wave, and the words that bars and lines put beside them. */
import type { DiskRow } from './disk-row';
import { formatBytes, formatRate, formatSeconds } from './format';
import { type RateHistory, bytesPerSecond, observe, secondsLeft } from './rate';

export class ProgressText {
  private readonly rates = new Map<string, RateHistory>();

  observe(row: DiskRow, now: number): void {
    if (row.phase !== 'copying') this.rates.delete(row.id);
    else this.rates.set(row.id, observe(this.rates.get(row.id) ?? [], { at: now, bytes: row.doneBytes }));
  }

  /** `1.2 GiB of 4 GiB, 130 MiB/s, 21s left`, or the note where nothing moves. */
  describe(row: DiskRow): string {
    const history = this.rates.get(row.id) ?? [];
    const rate = bytesPerSecond(history);
    const left = secondsLeft(history, row.totalBytes);
    return [
      `${formatBytes(row.doneBytes)} of ${formatBytes(row.totalBytes)}`,
      ...(rate === null || rate <= 0 ? [] : [formatRate(rate)]),
      ...(left === null ? [] : [`${formatSeconds(left)} left`]),
      ...(row.warning === null ? [] : [`WARNING: ${row.warning}`]),
      ...(row.note === null ? [] : [row.note]),
    ].join(', ');
  }
}

export function percent(row: DiskRow): number {
  return row.totalBytes === 0 ? 0 : Math.floor((100 * row.doneBytes) / row.totalBytes);
}
