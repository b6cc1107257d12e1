/** Lists that stay in order. Every two of their items compare as different. */

type Compare<T> = (a: T, b: T) => number;

export function insert<T>(list: T[], item: T, compare: Compare<T>): void {
  list.splice(placeOf(list, item, compare), 0, item);
}

/** The item compares as it did when it was inserted. */
export function remove<T>(list: T[], item: T, compare: Compare<T>): void {
  list.splice(placeOf(list, item, compare), 1);
}

/** Of the first item that does not come before it. */
function placeOf<T>(list: readonly T[], item: T, compare: Compare<T>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(list[middle]!, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
