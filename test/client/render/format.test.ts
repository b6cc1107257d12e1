import { formatBytes, formatRate, formatSeconds, formatTime } from '../../../client/render/format';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [150.4 * 1024 ** 2, '150 MiB'],
  [3 * 1024 ** 4, '3 TiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0.4, '0s'],
  [59, '59s'],
  [65, '1m 05s'],
  [7800, '2h 10m'],
  [100 * 3600, '4d 4h'],
])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

test('rates are bytes a second', () => expect(formatRate(2.5 * 1024 ** 2)).toBe('2.5 MiB/s'));

test('times are UTC to the second', () =>
  expect(formatTime('2026-03-01T14:05:06.789Z')).toBe('2026-03-01 14:05:06Z'));
