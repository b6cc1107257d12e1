/** Tables of a page, under their titles. */
import { formatTime } from '../format';
import { markup, type Html, type Shown } from './html';

/** A cell with a class of the style sheet: numbers, short words and drawings each stand in their own way. */
export class Classed {
  constructor(
    readonly className: 'n' | 'whole' | 'course',
    readonly value: Shown,
  ) {}
}

export type Cell = Shown | Classed;

/** A number, or a text with one: at the right of its column. */
export function right(value: Shown): Cell {
  return new Classed('n', value);
}

/** A few words that are not to be broken. */
export function whole(value: Shown): Cell {
  return new Classed('whole', value);
}

export function time(iso: string): Cell {
  return whole(formatTime(iso));
}

/** Nothing where there are no rows. */
export function list(title: string, head: readonly Cell[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return markup``;
  return section(
    title,
    markup`<table>
<thead><tr>${head.map((cell) => markup`<th${rest(cell)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td${rest(cell)}</td>`)}</tr>\n`)}</tbody>
</table>`,
  );
}

/** Of its first tag the rest, and its content. */
function rest(cell: Cell): Html {
  return cell instanceof Classed ? markup` class="${cell.className}">${cell.value}` : markup`>${cell}`;
}

export function section(title: string, content: Html): Html {
  return markup`<section>
<h2>${title}</h2>
${content}
</section>`;
}
