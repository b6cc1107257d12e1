import { cut, cutList } from '../../plan/cut';

test('a text that is too long ends with a mark', () => {
  expect(cut('12345', 5)).toBe('12345');
  expect(cut('123456', 5)).toBe('1234…');
});

test('a list that is too long says how many more there are', () => {
  expect(cutList(['a', 'b', 'c'], 3)).toEqual(['a', 'b', 'c']);
  expect(cutList(['a', 'b', 'c', 'd'], 3)).toEqual(['a', 'b', 'and 2 more']);
});
