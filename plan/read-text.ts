/** Bytes of a manifest file → text; what is no text is refused at its line. */
import { errorAt, type Problem } from './problem';

export type ReadText = { text: string } | { problem: Problem };

const AS_UTF8 = 'save it as UTF-8';

/** Marks at the beginning of a file, the longer first: one of UTF-32 begins as one of UTF-16 does. */
const OTHER_ENCODINGS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/** What YAML takes for text at all: tabs, line ends, and no other control characters. */

const NO_TEXT =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|(?<!^)\ufeff/u;

export function readText(file: string, bytes: Uint8Array): ReadText {
  const other = OTHER_ENCODINGS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (other !== undefined) {
    return { problem: errorAt({ path: '', file }, `this file is ${other[0]}, not UTF-8`, AS_UTF8) };
  }
  try {
    return withoutControls(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const at = { path: '', file, line: lineOfFault(bytes) };
    return { problem: errorAt(at, 'this line is no UTF-8', AS_UTF8) };
  }
}

function withoutControls(file: string, text: string): ReadText {
  const found = NO_TEXT.exec(text);
  if (found === null) return { text };
  const line = text.slice(0, found.index).split('\n').length;
  const code = (text.codePointAt(found.index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const remedy = code === '0000' ? `remove it; if the file is UTF-16, ${AS_UTF8}` : 'remove it';
  return {
    problem: errorAt({ path: '', file, line }, `this line holds the control character U+${code}`, remedy),
  };
}

const LINE_END = 0x0a;

/** 1-based. No character of several bytes holds a line end, so that each line can be read by itself. */
function lineOfFault(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const next = bytes.indexOf(LINE_END, start);
    const end = next < 0 ? bytes.length : next + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}
