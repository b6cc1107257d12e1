/** The words that bars and lines put beside a disk's progress. */
import type { DiskRow } from './disk-row';
import { formatBytes, formatRate, formatSeconds } from './format';

/** `1.2 GiB of 4 GiB, 130 MiB/s, 21s left`, or the note where nothing moves. */
export function describeProgress(row: DiskRow): string {
  const { doneBytes, totalBytes, bytesPerSecond: rate } = row;
  const moves = rate !== null && rate > 0;
  return [
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    ...(moves ? [formatRate(rate), `${formatSeconds((totalBytes - doneBytes) / rate)} left`] : []),
    ...(row.warning === null ? [] : [`WARNING: ${row.warning}`]),
    ...(row.note === null ? [] : [row.note]),
  ].join(', ');
}

export function percent(row: DiskRow): number {
  return row.totalBytes === 0 ? 0 : Math.floor((100 * row.doneBytes) / row.totalBytes);
}
