import fc from 'fast-check';
import { readLinePattern } from '../../plan/line-pattern';
import { CONSOLE_UP } from '../../plan/manifests/drover-settings';

/** The default of before, which looked ahead. */
const FORMER = /login:|^(?!\s*\[).*(?:[\s/]ttyS0|\(ttyS0\)\.?)\s*$|^Kernel \S+ on an \S+\s*$/;

function pattern(text: string) {
  const read = readLinePattern(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

/** The least of some runs, in milliseconds. */
function cost(text: string, line: string): number {
  const { matches } = pattern(text);
  const runs = Array.from({ length: 5 }, () => {
    const began = performance.now();
    matches(line);
    return performance.now() - began;
  });
  return Math.min(...runs);
}

test.each(['(a+)+$', '(a|a)*$', '(a|aa)+$', '(.*)*x', '(?:a?){50}a{50}$'])(
  'the pattern %s costs over a line of 64 KiB no more than some times what a plain one costs',
  (text) => {
    const line = `${'a'.repeat(64 * 1024)}b`;
    expect(cost(text, line)).toBeLessThan(100 * Math.max(cost('b$', line), 1));
  },
);

test('a pattern of too many steps is refused, though it is short', () => {
  expect(readLinePattern('a{0,1000}'.repeat(20))).toBe(
    'its repetitions make 40002 steps, and at most 2000 are taken',
  );
  expect(readLinePattern('(a{1000}){1000}')).toBe('invalid repeat count: `{1000}`');
});

test.each([
  ['(?=a)b', 'a look-ahead (?=…) is not supported'],
  ['(?!a)b', 'a negative look-ahead (?!…) is not supported'],
  ['(?<=a)b', 'a look-behind (?<=…) is not supported'],
  ['(?<!a)b', 'a negative look-behind (?<!…) is not supported'],
  [String.raw`(a)\1`, 'a back reference is not supported'],
  [String.raw`(?<n>a)\k<n>`, 'a back reference is not supported'],
  ['(', 'missing closing ): `(`'],
])('the pattern %s is refused, and says why', (text, why) => {
  expect(readLinePattern(text)).toBe(why);
});

const consoleLine = fc
  .array(
    fc.constantFrom(
      ...[' ', '  ', '[', ']', 'ttyS0', '/dev/ttyS0', '(ttyS0)', '.', 'login:', 'Kernel 5.14 on an x86_64'],
      ...['Kernel ', ' on an ', 'x', 'Debian GNU/Linux 12', '\t', '/'],
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

test('the default pattern means what it meant when it looked ahead', () => {
  const now = pattern(CONSOLE_UP);
  fc.assert(
    fc.property(consoleLine, (line) => {
      expect(now.matches(line)).toBe(FORMER.test(line));
    }),
    { numRuns: 20_000 },
  );
});
