import { type RateHistory, bytesPerSecond, observe, secondsLeft } from '../../../client/render/rate';

/** One sample a second, each of so many bytes in all. */
function history(...bytes: number[]): RateHistory {
  return bytes.reduce<RateHistory>(
    (known, total, second) => observe(known, { at: second * 1000, bytes: total }),
    [],
  );
}

test('knows no rate from one sample', () => {
  expect(bytesPerSecond(history(100))).toBeNull();
  expect(secondsLeft(history(100), 200)).toBeNull();
});

test('divides what was moved by the time that it took', () => {
  expect(bytesPerSecond(history(0, 100, 200, 300))).toBe(100);
  expect(secondsLeft(history(0, 100, 200, 300), 1000)).toBe(7);
});

test('forgets what is older than the window', () => {
  const fastThenSlow = history(0, 10_000, ...Array.from({ length: 30 }, (_, second) => 10_000 + second * 10));
  expect(bytesPerSecond(fastThenSlow)).toBe(10);
  expect(fastThenSlow.length).toBeLessThan(20);
});

test('tells a copy that stands still from one that nobody knows', () => {
  expect(bytesPerSecond(history(500, 500, 500))).toBe(0);
  expect(secondsLeft(history(500, 500, 500), 1000)).toBeNull();
});

test('begins anew with an attempt that begins anew', () => {
  expect(bytesPerSecond(history(0, 5000, 100))).toBeNull();
  expect(bytesPerSecond(history(0, 5000, 100, 300))).toBe(200);
});

test('spans a silence longer than the window', () => {
  const silent = observe([{ at: 0, bytes: 0 }], { at: 60_000, bytes: 6000 });
  expect(bytesPerSecond(silent)).toBe(100);
});
