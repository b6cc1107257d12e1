/** sprig's texts (v3.3.0, strings.go). Lengths and places count bytes of UTF-8, as in Go. */
import { RE2JS, RE2JSException } from 're2js';
import { TemplateError } from './template-error';
import type { TemplateFunction } from './template-function';
import { asText, asWhole, bounded, type Value } from './value';

/** Go's white space, which is not quite JavaScript's. */
const SPACES = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE = new RegExp(`[${SPACES}]`);
const LARGEST_PATTERN = 2_000;

function ofTexts(count: number, call: (...texts: string[]) => Value): TemplateFunction {
  return { least: count, most: count, call: (...values) => call(...values.map(asText)) };
}

export const TEXTS: Readonly<Record<string, TemplateFunction>> = {
  lower: ofTexts(1, (text = '') => eachRune(text, lowerRune)),
  upper: ofTexts(1, (text = '') => eachRune(text, upperRune)),
  contains: ofTexts(2, (part = '', text = '') => text.includes(part)),
  replace: ofTexts(3, (old = '', by = '', text = '') => replace(old, by, text)),
  trim: ofTexts(1, (text = '') => trimmed(text, (rune) => SPACE.test(rune))),
  trimAll: ofTexts(2, (cutset = '', text = '') => trimmed(text, (rune) => [...cutset].includes(rune))),
  trimSuffix: ofTexts(2, (end = '', text = '') =>
    text.endsWith(end) ? text.slice(0, text.length - end.length) : text,
  ),
  trimPrefix: ofTexts(2, (start = '', text = '') =>
    text.startsWith(start) ? text.slice(start.length) : text,
  ),
  title: ofTexts(1, (text = '') => firstRunes(text, (before) => !/[\p{L}\p{N}_]/u.test(before), upperRune)),
  untitle: ofTexts(1, (text = '') => firstRunes(text, (before) => SPACE.test(before), lowerRune)),
  initials: ofTexts(1, (text = '') => initials(text)),
  nospace: ofTexts(1, (text = '') => eachRune(text, (rune) => (SPACE.test(rune) ? '' : rune))),
  hasPrefix: ofTexts(2, (start = '', text = '') => text.startsWith(start)),
  hasSuffix: ofTexts(2, (end = '', text = '') => text.endsWith(end)),
  mustRegexReplaceAll: ofTexts(3, (pattern = '', text = '', by = '') => replaceMatches(pattern, text, by)),
  len: { least: 1, most: 1, call: (text) => BigInt(bytes(asText(text!)).length) },
  repeat: { least: 2, most: 2, call: (count, text) => repeat(asWhole(count!), asText(text!)) },
  trunc: { least: 2, most: 2, call: (length, text) => trunc(asWhole(length!), asText(text!)) },
  substr: {
    least: 3,
    most: 3,
    call: (start, end, text) => substr(asWhole(start!), asWhole(end!), asText(text!)),
  },
};

const bytes = (text: string) => new TextEncoder().encode(text);

function part(text: string, start: bigint, end: bigint): string {
  const all = bytes(text);
  if (start < 0n || end < start || end > BigInt(all.length))
    throw new TemplateError(`from ${start} to ${end} is no part of a text of ${all.length} bytes`);
  return new TextDecoder().decode(all.subarray(Number(start), Number(end)));
}

/** A negative length counts from the end. */
function trunc(length: bigint, text: string): string {
  const size = BigInt(bytes(text).length);
  if (length < 0n) return size + length > 0n ? part(text, size + length, size) : text;
  return size > length ? part(text, 0n, length) : text;
}

function substr(start: bigint, end: bigint, text: string): string {
  const size = BigInt(bytes(text).length);
  if (start < 0n) return part(text, 0n, end);
  return part(text, start, end < 0n || end > size ? size : end);
}

function repeat(count: bigint, text: string): string {
  if (count < 0n) throw new TemplateError('a text is repeated less than 0 times');
  // What it would be too long for is found before it is made.
  if (count * BigInt(text.length) > 1_000_000n) throw new TemplateError('a text is repeated too often');
  return text.repeat(text === '' ? 0 : Number(count));
}

function replace(old: string, by: string, text: string): string {
  if (old === '') throw new TemplateError('replace looks for an empty text');
  return text.split(old).join(by);
}

function trimmed(text: string, goes: (rune: string) => boolean): string {
  const runes = [...text];
  const first = runes.findIndex((rune) => !goes(rune));
  const last = runes.findLastIndex((rune) => !goes(rune));
  return first < 0 ? '' : runes.slice(first, last + 1).join('');
}

function eachRune(text: string, change: (rune: string) => string): string {
  return [...text].map(change).join('');
}

/** Changes each rune that is the first of all, or after one that `opens`. */
function firstRunes(
  text: string,
  opens: (before: string) => boolean,
  change: (rune: string) => string,
): string {
  return [...text]
    .map((rune, place, all) => (place === 0 || opens(all[place - 1]!) ? change(rune) : rune))
    .join('');
}

function initials(text: string): string {
  return [...text]
    .filter((rune, place, all) => !SPACE.test(rune) && (place === 0 || SPACE.test(all[place - 1]!)))
    .join('');
}

/** One rune stays one, as in Go, whatever a language would make of it. */
function lowerRune(rune: string): string {
  return [...rune.toLowerCase()][0] ?? '';
}

function upperRune(rune: string): string {
  const upper = rune.toUpperCase();
  return [...upper].length === 1 ? upper : rune;
}

function replaceMatches(pattern: string, text: string, by: string): string {
  const compiled = compile(pattern);
  const found = compiled.matcher(text);
  let result = '';
  let at = 0;
  while (found.find()) {
    // As Go has it: what is found just behind something that was found is not empty.
    if (found.end() === at && at > 0) continue;
    result += text.slice(at, found.start()) + expand(by, (group) => groupOf(found, group));
    at = found.end();
    bounded(result);
  }
  return result + text.slice(at);
}

type Matcher = ReturnType<RE2JS['matcher']>;

function groupOf(found: Matcher, group: string): string {
  const names = found.namedGroups as Readonly<Record<string, number>>;
  const index = /^\d+$/.test(group) ? Number(group) : Object.hasOwn(names, group) ? names[group]! : -1;
  return index >= 0 && index <= found.groupCount() ? (found.group(index) ?? '') : '';
}

function compile(pattern: string): RE2JS {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > LARGEST_PATTERN)
      throw new TemplateError('a regular expression is too large');
    return compiled;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new TemplateError(`a regular expression can't be read: ${error.message}`);
  }
}

/** Go's `Regexp.Expand`: `$1`, `${1}`, `$name`; a name is as long as it can be, and `$$` is a dollar. */
function expand(by: string, group: (name: string) => string): string {
  return by.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar?: string, bare?: string, braced?: string) =>
    dollar !== undefined ? '$' : group(bare ?? braced ?? ''),
  );
}
