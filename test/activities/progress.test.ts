import type { ActivityProgress } from '../../activities/interfaces';
import { Progress } from '../../activities/progress';

const START = Date.parse('2026-01-01T00:00:00Z');

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});

afterEach(() => {
  jest.useRealTimers();
});

function told(progress: Progress, beats: ActivityProgress[]): ActivityProgress | undefined {
  progress.tell();
  return beats.at(-1);
}

test('a rate is told over the last half minute, and falls to nothing where nothing moves', () => {
  const beats: ActivityProgress[] = [];
  const progress = new Progress((beat) => beats.push(beat));
  progress.report({ bytesDone: 0 });
  expect(told(progress, beats)?.bytesPerSecond).toBeNull();
  for (let second = 1; second <= 60; second += 1) {
    jest.advanceTimersByTime(1_000);
    progress.report({ bytesDone: second * 100 });
  }
  expect(told(progress, beats)).toMatchObject({ bytesPerSecond: 100, movedAt: '2026-01-01T00:01:00.000Z' });
  jest.advanceTimersByTime(31_000);
  expect(told(progress, beats)).toMatchObject({ bytesPerSecond: 0, movedAt: '2026-01-01T00:01:00.000Z' });
});

test('an importer that begins again has a rate of its own', () => {
  const beats: ActivityProgress[] = [];
  const progress = new Progress((beat) => beats.push(beat));
  progress.report({ bytesDone: 1_000 });
  jest.advanceTimersByTime(1_000);
  progress.report({ bytesDone: 10 });
  jest.advanceTimersByTime(1_000);
  progress.report({ bytesDone: 30 });
  expect(told(progress, beats)).toMatchObject({ bytesDone: 30, bytesPerSecond: 20 });
});

test('what a worker that died has seen is where the next one begins', () => {
  const beats: ActivityProgress[] = [];
  const movedAt = '2025-12-31T23:00:00.000Z';
  const former = { bytesDone: 70, bytesTotal: 100, bytesPerSecond: 5, movedAt, note: 'old', warning: 'w' };
  const progress = new Progress((beat) => beats.push(beat), former);
  expect(told(progress, beats)).toEqual({ ...former, bytesPerSecond: null, note: null });
  progress.report({ bytesDone: 70 });
  expect(progress.now.movedAt).toBe(movedAt);
});
