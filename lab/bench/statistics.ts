/** Minimum and median: on a noisy machine other values say little. */
export interface Spread {
  min: number;
  median: number;
}

/** @throws RangeError for no values at all. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (min === undefined || upper === undefined || lower === undefined) throw new RangeError('no values');
  return { min, median: (lower + upper) / 2 };
}
