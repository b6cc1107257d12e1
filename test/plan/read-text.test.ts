import { formatProblem } from '../../plan/problem';
import { readText } from '../../plan/read-text';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

function read(given: Uint8Array): string {
  const result = readText('plan.yaml', given);
  return 'problem' in result ? formatProblem(result.problem) : result.text;
}

const utf16 = Buffer.from('kind: Plan\n', 'utf16le');

test.each<[string, Uint8Array, string]>([
  ['UTF-8', bytes('name: Zürich\r\n\tend\n'), 'name: Zürich\r\n\tend\n'],
  ['UTF-8 with a mark', bytes([0xef, 0xbb, 0xbf], 'kind: Plan\n'), 'kind: Plan\n'],
  ['UTF-16', bytes([0xff, 0xfe], [...utf16]), 'plan.yaml: this file is UTF-16, not UTF-8; save it as UTF-8'],
  [
    'UTF-16, big end first',
    bytes([0xfe, 0xff], '\0k'),
    'plan.yaml: this file is UTF-16, not UTF-8; save it as UTF-8',
  ],
  [
    'UTF-32',
    bytes([0xff, 0xfe, 0, 0], 'k\0\0\0'),
    'plan.yaml: this file is UTF-32, not UTF-8; save it as UTF-8',
  ],
  [
    'UTF-16 without a mark',
    utf16,
    'plan.yaml:1: this line holds the control character U+0000; remove it; if the file is UTF-16, save it as UTF-8',
  ],
  [
    'Latin-1',
    bytes('a: 1\nname: Z', [0xfc], 'rich\n'),
    'plan.yaml:2: this line is no UTF-8; save it as UTF-8',
  ],
  [
    'half a character at the end',
    bytes('a: 1\nb: ', [0xc3]),
    'plan.yaml:2: this line is no UTF-8; save it as UTF-8',
  ],
  [
    'an escape sequence of a terminal',
    bytes('a: 1\n\nname: "\u001b[2J"\n'),
    'plan.yaml:3: this line holds the control character U+001B; remove it',
  ],
  [
    'a mark in the middle',
    bytes('a: 1\n\ufeffb: 2\n'),
    'plan.yaml:2: this line holds the control character U+FEFF; remove it',
  ],
])('%s is read right or refused at its line', (_, given, expected) => {
  expect(read(given)).toBe(expected);
});
