import { parseQuantity } from '../../plan/quantity';

test.each<[string, number | null]>([
  ['0', 0],
  ['2', 2],
  ['500m', 0.5],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['60M', 60_000_000],
  ['128Mi', 134_217_728],
  ['1.5Gi', 1_610_612_736],
  ['2Ei', 2 ** 61],
  ['1e3', 1000],
  ['1E3', 1000],
  ['1E', 1e18],
  ['100n', 1e-7],
  ['-1', -1],
  ['', null],
  ['1 Gi', null],
  ['1Kb', null],
  ['1e', null],
  ['0x10', null],
  ['Infinity', null],
])('%j is %p', (text, expected) => {
  expect(parseQuantity(text)).toBe(expected);
});

test('thousandths add up to whole ones', () => {
  expect((parseQuantity('100m') ?? 0) * 3 > (parseQuantity('300m') ?? 0) + 1e-9).toBe(false);
});
