/** Pieces of HTML in which every value is escaped that is not such a piece itself. */
import { cut } from '../../../plan/cut';
import { LONGEST_SHOWN, visible } from '../../../plan/visible';

/** Made by {@link markup} and {@link trusted} alone: what only looks like one, as a part of a foreign answer may, is escaped. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Shown = Html | string | number | null | undefined | readonly Shown[];

/** Null, undefined and empty lists are nothing. Not named `html`: formatters would change what is in it. */
export function markup(parts: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return new Html(
    parts.map((part, index) => part + (index < values.length ? textOf(values[index]) : '')).join(''),
  );
}

/** Text of our own, as it is: a style sheet. */
export function trusted(text: string): Html {
  return new Html(text);
}

function textOf(value: Shown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(textOf).join('');
  return escape(visible(cut(String(value), LONGEST_SHOWN)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for values of attributes between double quotes. What no page may hold (halves of pairs, no characters) is replaced. */
function escape(text: string): string {
  return text
    .replace(/\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, '\ufffd')
    .replace(/[&<>"']/g, (found) => ENTITIES[found]!);
}
