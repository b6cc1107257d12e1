/**
 * A user's regular expression, tried on lines that others print. JavaScript's own engine may take hours over one line
 * (`(a+)+$`), and with it stops everything else that a worker does; RE2's takes time by the length of the line alone, and
 * therefore has no look-around and no back references.
 */
import { RE2JS, RE2JSException } from 're2js';

/** RE2's instructions. Each costs a step at each character of a line, so their number is what a line costs. */
const LARGEST_PROGRAM = 2_000;

export interface LinePattern {
  matches(line: string): boolean;
}

/** The pattern; or, as a clause, why it is none. */
export function readLinePattern(text: string): LinePattern | string {
  try {
    const compiled = RE2JS.compile(text);
    const size = compiled.programSize();
    if (size > LARGEST_PROGRAM)
      return `its repetitions make ${size} steps, and at most ${LARGEST_PROGRAM} are taken`;
    return { matches: (line) => compiled.test(line) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return describe(error.message.replace(/^error parsing regexp: /, ''));
  }
}

function describe(fault: string): string {
  const construct = CONSTRUCTS.find(([form]) => form.test(fault));
  return construct === undefined ? fault : `${construct[1]} is not supported`;
}

/** What JavaScript's expressions have and RE2's have not, by what the engine says of it. */
const CONSTRUCTS: readonly (readonly [RegExp, string])[] = [
  [/`\(\?=/, 'a look-ahead (?=…)'],
  [/`\(\?!/, 'a negative look-ahead (?!…)'],
  [/`\(\?<=/, 'a look-behind (?<=…)'],
  [/`\(\?<!/, 'a negative look-behind (?<!…)'],
  [/`\\[1-9k]`/, 'a back reference'],
];
