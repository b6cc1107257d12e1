/** The outline of a plan, page by page. */
import type { OutlinePage } from './interfaces';
import { pageOf } from './paging';

const PAGE_BYTES = 400 * 1024;

/** A whole plan's. */
export type Outline = Omit<OutlinePage, 'total' | 'next'>;

/** The page behind this place; by place, not by count: whoever has read a plan anew may have found other VMs. */
export function outlineFrom(outline: Outline, after: number | null): OutlinePage {
  const rows = outline.rows.filter(({ place }) => after === null || place > after);
  const { items, next } = pageOf(rows, 0, PAGE_BYTES);
  const nextPlace = next === null ? null : items.at(-1)!.place;
  return { ...outline, rows: items, total: outline.rows.length, next: nextPlace };
}
