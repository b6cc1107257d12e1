import { firstLook, nextLook } from '../../../../activities/kubernetes/waiting/next-look';

let hours = 0;

beforeEach(() => {
  // Whatever an earlier test has asked is over.
  hours += 1;
  jest.useFakeTimers().setSystemTime(hours * 3_600_000);
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
  expect(questionsOf(5, 5_000)).toEqual({ total: 5 * 120, longestPause: 5_000 });
});

test('many waits together ask once a second, and each at least every minute', () => {
  for (const waits of [10, 20, 60]) {
    const { total, longestPause } = questionsOf(waits, 5_000);
    // All ask at once at first.
    expect(total).toBeLessThanOrEqual(waits + 600);
    expect(longestPause).toBeLessThanOrEqual(60_000);
  }
});

test('so many that this pace is too slow for them ask every minute', () => {
  const { total, longestPause } = questionsOf(1_000, 5_000);
  // The first hundreds may ask again sooner.
  expect(total).toBeLessThanOrEqual(1_000 * 11);
  expect(longestPause).toBe(60_000);
});

test('a wait that begins asks soon, and later only where many have asked', () => {
  expect(firstLook(5_000) - Date.now()).toBe(5_000);
  for (let wait = 0; wait < 30; wait += 1) nextLook(5_000);
  expect(firstLook(5_000) - Date.now()).toBe(30_000);
  for (let wait = 0; wait < 500; wait += 1) nextLook(5_000);
  expect(firstLook(5_000) - Date.now()).toBe(60_000);
});

test('a pause that is longer anyway stays as it is, and a crowd that has gone leaves no delay behind', () => {
  questionsOf(1_000, 5_000);
  jest.setSystemTime(Date.now() + 60_000);
  expect(nextLook(5_000) - Date.now()).toBe(5_000);
  expect(nextLook(90_000) - Date.now()).toBe(90_000);
});
