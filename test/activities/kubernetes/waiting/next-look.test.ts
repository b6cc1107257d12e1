import { nextLook } from '../../../../activities/kubernetes/waiting/next-look';

beforeEach(() => {
  // Whatever an earlier test has asked is over.
  jest.useFakeTimers().setSystemTime(Date.now() + 3_600_000);
});
afterEach(() => {
  jest.useRealTimers();
});

/** So many waits ask whenever they may, for ten minutes. */
function questionsOf(waits: number, pause: number): { total: number; longestPause: number } {
  const began = Date.now();
  const next = Array.from({ length: waits }, () => began);
  const counted = { total: 0, longestPause: 0 };
  for (; Date.now() < began + 600_000; jest.setSystemTime(Date.now() + 100)) {
    for (const [wait, at] of next.entries()) {
      if (Date.now() < at) continue;
      const again = nextLook(pause);
      counted.total += 1;
      counted.longestPause = Math.max(counted.longestPause, again - Date.now());
      next[wait] = again;
    }
  }
  return counted;
}

test('few waits ask as often as they want to', () => {
  expect(questionsOf(10, 5_000)).toEqual({ total: 10 * 120, longestPause: 5_000 });
});

test('many waits together ask five times a second, and each at least every 40 seconds', () => {
  for (const waits of [50, 100, 200]) {
    const { total, longestPause } = questionsOf(waits, 5_000);
    // All ask at once at first.
    expect(total).toBeLessThanOrEqual(waits + 600 * 5);
    expect(longestPause).toBeLessThanOrEqual(40_000);
  }
});

test('so many that this pace is too slow for them ask every 40 seconds', () => {
  const { total, longestPause } = questionsOf(1_000, 5_000);
  // The first hundreds may ask again sooner.
  expect(total).toBeLessThanOrEqual(1_000 * 16);
  expect(longestPause).toBe(40_000);
});

test('a pause that is longer anyway stays as it is, and a crowd that has gone leaves no delay behind', () => {
  questionsOf(1_000, 5_000);
  jest.setSystemTime(Date.now() + 40_000);
  expect(nextLook(5_000) - Date.now()).toBe(5_000);
  expect(nextLook(60_000) - Date.now()).toBe(60_000);
});
