/**
 * What others say (plugins, vCenters, guests, registries, operators, file names), made harmless for whoever looks at it.
 * Done where it is shown, and not where it is heard: what is stored and computed with stays as it was said.
 */

import { cut } from './cut';

/** Control characters, and those that turn the order of a line around or break it. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with another in place of each of them. */
export function replaceUnseen(text: string, by: (found: string) => string): string {
  return text.replace(UNSEEN, by);
}

/** Longest text that is shown in one place, in characters. */
export const LONGEST_SHOWN = 4_000;

/** The text as one line in which nothing steers a terminal: what can't be seen is written as in JSON, `\u001b`. */
export function visible(text: string): string {
  return replaceUnseen(text, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Makes every text in a value {@link visible}, each cut to {@link LONGEST_SHOWN}: for what a table or a page is made from. */
export function visibleIn<T>(value: T): T {
  return mapTexts(value, (text) => visible(cut(text, LONGEST_SHOWN))) as T;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]));
}

/** The text as Markdown that means just that text: no link, no image, no heading. */
export function asMarkdown(text: string): string {
  const shown = visible(cut(text, LONGEST_SHOWN));
  const longestRun = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longestRun + 1);
  return `${fence} ${shown} ${fence}`;
}
