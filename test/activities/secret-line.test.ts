import fc from 'fast-check';
import { secretLine } from '../../activities/secret-line';

test('a value is what it was, with a newline of the file that it came from or without', () => {
  const values = fc.string({ unit: 'grapheme' }).filter((value) => !value.endsWith('\n'));
  fc.assert(
    fc.property(values, fc.constantFrom('', '\n', '\r\n'), (value, end) => {
      fc.pre(!(value.endsWith('\r') && end === '\n'));
      expect(secretLine(value + end)).toBe(value);
    }),
  );
});

test('only one newline goes, and no other white space', () => {
  expect(['a\n\n', 'a \n', ' a', 'a\t', '\na', 'a\nb\n'].map(secretLine)).toEqual([
    'a\n',
    'a ',
    ' a',
    'a\t',
    '\na',
    'a\nb',
  ]);
});
