import type { DiskFacts, Facts } from './facts';

/** When a copy into the disk's volume began: inside the array, or by an importer. */
export function copyStarts({ arrayCopies, runs }: Facts, { copyIds, volume }: DiskFacts): number[] {
  return [
    ...arrayCopies.filter(({ copyId }) => copyIds.includes(copyId)).map(({ from }) => from),
    ...runs
      .filter(({ pod, container }) => pod === `importer-${volume}` && container === 'importer')
      .map(({ from }) => from),
  ];
}
