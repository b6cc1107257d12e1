/** Outlines of plans, page by page: for the pages after the first, neither source nor target is read again. */
import { createHash } from 'node:crypto';
import type { OutlinePage, OutlineRequest } from './interfaces';
import { pageOf } from './paging';

const PAGE_BYTES = 400 * 1024;
/** Who reads an outline takes the next page at once. */
const KEPT_MS = 120_000;
/** Of ten thousand VMs, an outline has two megabytes. */
const MOST_KEPT = 4;

/** A whole plan's. */
export type Outline = Omit<OutlinePage, 'total' | 'next'>;

export class Outlines {
  private readonly kept = new Map<string, { outline: Outline; at: number }>();

  /** @param read for the first page, and wherever another worker has read the pages before */
  async page(request: OutlineRequest, read: () => Promise<Outline>): Promise<OutlinePage> {
    const { after, ...asked } = request;
    const key = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
    const former = after === null ? undefined : this.kept.get(key);
    const outline = former !== undefined && Date.now() - former.at < KEPT_MS ? former.outline : await read();
    const { page, last } = cutOut(outline, after);
    this.kept.delete(key);
    if (!last) this.keep(key, outline);
    return page;
  }

  private keep(key: string, outline: Outline): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(key, { outline, at: Date.now() });
  }
}

/** By place, not by count: whoever has read a plan anew may have found other VMs. */
function cutOut(outline: Outline, after: number | null): { page: OutlinePage; last: boolean } {
  const rows = outline.rows.filter(({ place }) => after === null || place > after);
  const { items, next } = pageOf(rows, 0, PAGE_BYTES);
  const page = { ...outline, rows: items, total: outline.rows.length };
  return next === null
    ? { page: { ...page, next: null }, last: true }
    : { page: { ...page, next: items.at(-1)!.place }, last: false };
}
