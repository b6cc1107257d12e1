import { isAtLeast } from '../../doctor/version';

test.each([
  ['v1.34.4', true],
  ['1.29', true],
  ['v2.0.0-rc.1', true],
  ['v1.29.3+k3s1', true],
  ['v1.28.99', false],
  ['v0.99.0', false],
  ['', null],
  ['latest', null],
  ['v1', null],
  ['v1.9999999', null],
])('%s', (version, expected) => {
  expect(isAtLeast(version, 1, 29)).toBe(expected);
});
