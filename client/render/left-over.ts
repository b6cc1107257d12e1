/** What an unfinished run of a migration has left, and what becomes of it. */
import type { LeftOver } from '../../workflows/temporal-api';
import { formatTime } from './format';

/** One line for each disk, under a line that says who keeps them. */
export function describeLeftOver({ adoptedAt, conversionGoesOn, disks, refusal }: LeftOver): string[] {
  if (refusal !== null) return [`  left over can not be adopted: ${refusal}`];
  const kept = disks.filter((disk) => disk.kept).length;
  const about = `${kept} of ${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}`;
  const head =
    adoptedAt === null
      ? `drover adopt would keep ${about}`
      : `adopted ${formatTime(adoptedAt)}: kept ${about}`;
  return [
    `  left over ${head}${conversionGoesOn ? ', and go on with their conversion' : ''}`,
    ...disks.map(({ index, kept: isKept, why }) => {
      const fate = adoptedAt === null ? 'would be kept' : 'kept';
      const other = adoptedAt === null ? 'would be copied again' : 'copied again';
      return `            disk ${index} ${isKept ? fate : other}: ${why}`;
    }),
  ];
}
