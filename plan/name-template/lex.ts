/** A template's text → its parts: https://pkg.go.dev/text/template. */
import { TemplateError, wrongAt } from './template-error';
import type { Value } from './value';

export type Token = {
  /** Place in the text, from 0. */
  at: number;
  /** White space stands before it. */
  spaced: boolean;
} & (
  | { kind: 'text'; text: string }
  | { kind: '{{' | '}}' | '|' | '(' | ')' | 'the end' }
  | { kind: 'field' | 'word'; name: string }
  | { kind: 'constant'; value: Value }
);

const OPEN = /\{\{(?:-[ \t\r\n])?/y;
const CLOSE = /(?:(?<=[ \t\r\n])-)?\}\}/y;
const COMMENT = /\/\*(?:(?!\*\/)[^])*\*\/(?:[ \t\r\n]-)?\}\}/y;
const BLANKS = /[ \t\r\n]*/y;
const FIELD = /\.([\p{L}_][\p{L}\p{Nd}_]*)/uy;
const WORD = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const NUMBER = /[+-]?\d[\p{L}\p{Nd}._]*/uy;
const WHOLE = /^[+-]?(0|[1-9]\d*)$/;
const FRACTION = /^[+-]?\d+\.\d+$/;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y;
const RAW = /`[^`]*`/y;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n', t: '\t', r: '\r' };
const LARGEST_WHOLE = 2n ** 63n - 1n;

/** The last token is always `the end`. */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimsNext = false;
  const addText = (end: number, trimsEnd: boolean) => {
    let part = text.slice(at, end);
    if (trimsNext) part = part.replace(/^[ \t\r\n]+/, '');
    if (trimsEnd) part = trimEnd(part);
    if (part !== '') tokens.push({ kind: 'text', text: part, at, spaced: false });
  };
  for (;;) {
    const start = text.indexOf('{{', at);
    if (start < 0) break;
    const open = match(OPEN, text, start) ?? '{{';
    addText(start, open !== '{{');
    // With `{{-` comes the one blank that it needs.
    const inside = start + open.length;
    const comment = match(COMMENT, text, inside);
    if (comment === null) {
      tokens.push({ kind: '{{', at: start, spaced: false });
      at = lexAction(text, inside, tokens);
    } else {
      at = inside + comment.length;
    }
    trimsNext = text.slice(at - 3, at) === '-}}';
  }
  addText(text.length, false);
  return [...tokens, { kind: 'the end', at: text.length, spaced: false }];
}

/** Without a regular expression: one that looks for the end of each run of white space takes time by its square. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** @returns where the action's `}}` ends */
function lexAction(text: string, from: number, tokens: Token[]): number {
  for (let at = from; ;) {
    const blanks = match(BLANKS, text, at) ?? '';
    at += blanks.length;
    const spaced = blanks !== '';
    const close = match(CLOSE, text, at);
    if (close !== null) {
      tokens.push({ kind: '}}', at, spaced });
      return at + close.length;
    }
    if (at >= text.length) throw new TemplateError('an action is not closed by }}');
    const { token, length } = nextToken(text, at);
    tokens.push({ ...token, at, spaced });
    at += length;
  }
}

type Bare<T> = T extends unknown ? Omit<T, 'at' | 'spaced'> : never;

function nextToken(text: string, at: number): { token: Bare<Token>; length: number } {
  const sign = text.charAt(at);
  if (sign === '|' || sign === '(' || sign === ')') return { token: { kind: sign }, length: 1 };
  const field = match(FIELD, text, at);
  if (field !== null) return { token: { kind: 'field', name: field.slice(1) }, length: field.length };
  const word = match(WORD, text, at);
  if (word !== null) return { token: wordToken(word), length: word.length };
  const literal = match(NUMBER, text, at) ?? match(QUOTED, text, at) ?? match(RAW, text, at);
  if (literal === null) throw wrongAt(at, describe(sign));
  return { token: { kind: 'constant', value: constant(literal, at) }, length: literal.length };
}

function wordToken(word: string): Bare<Token> {
  return word === 'true' || word === 'false'
    ? { kind: 'constant', value: word === 'true' }
    : { kind: 'word', name: word };
}

function describe(sign: string): string {
  switch (sign) {
    case '$':
    case ':':
    case '=':
      return 'there is a variable ($), which Drover does not know';
    case '.':
      return 'there is a dot without a name';
    case '"':
    case '`':
      return 'there is a text whose end is missing';
    default:
      return `${JSON.stringify(sign)} is not expected`;
  }
}

function constant(literal: string, at: number): Value {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '');
  if (literal.startsWith('"')) return unescape(literal.slice(1, -1), at);
  if (FRACTION.test(literal)) return Number(literal);
  const value = WHOLE.test(literal) ? BigInt(literal.replace('+', '')) : null;
  if (value === null || value > LARGEST_WHOLE || value < -LARGEST_WHOLE)
    throw wrongAt(at, `${literal} is no number that Drover knows`);
  return value;
}

function unescape(inner: string, at: number): string {
  return inner.replace(/\\([^])/g, (escape, sign: string) => {
    const meant = Object.hasOwn(ESCAPES, sign) ? ESCAPES[sign] : undefined;
    if (meant === undefined) throw wrongAt(at, `${escape} is no escape that Drover knows`);
    return meant;
  });
}

/** What a sticky expression finds at just this place. */
function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
