import { beatPace, startBeating } from '../../activities/beat-pace';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test.each([
  [1, 2_000],
  [20, 2_000],
  [25, 2_500],
  [50, 2_500],
  [1_000, 2_500],
])('of %d waits each beats every %d ms', (waits, milliseconds) => {
  expect(beatPace(waits)).toBe(milliseconds);
});

test('waits beat less often the more there are, and as before once the others have ended', () => {
  let beats = 0;
  const one = startBeating(() => (beats += 1));
  jest.advanceTimersByTime(10_000);
  expect(beats).toBe(5);

  const others = Array.from({ length: 99 }, () => startBeating(() => undefined));
  // The beat that was due already comes as it was to.
  jest.advanceTimersByTime(2_000);
  beats = 0;
  jest.advanceTimersByTime(10_000);
  expect(beats).toBe(4);

  for (const other of others) other.stop();
  jest.advanceTimersByTime(2_500);
  beats = 0;
  jest.advanceTimersByTime(10_000);
  expect(beats).toBe(5);
  one.stop();
  jest.advanceTimersByTime(10_000);
  expect(beats).toBe(5);
});
