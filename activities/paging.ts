/** Cuts lists into pages that stay far below what Temporal takes as one payload (2 MiB). */

export interface Page<T> {
  items: T[];
  /** Offset of the next page, or null after the last. */
  next: number | null;
}

/** As many items from `offset` on as fit into `limitBytes` of JSON; always at least one, so that pages end. */
export function pageOf<T>(all: readonly T[], offset: number, limitBytes: number): Page<T> {
  const items: T[] = [];
  let bytes = 0;
  for (const item of all.slice(offset)) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > limitBytes && items.length > 0) return { items, next: offset + items.length };
    items.push(item);
  }
  return { items, next: null };
}
