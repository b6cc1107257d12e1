import { describeFailure } from '../../../plan/failures';
import { beginAttempt, endAttempt, newCopyState } from '../../../workflows/copy-disk/state';

const NOW = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T00:01:00.000Z';

test('keeps the last ten attempts, each with its end', () => {
  const state = newCopyState(1);
  for (let number = 1; number <= 12; number += 1) {
    state.attempt = number;
    beginAttempt(state, 'plugin', NOW);
    endAttempt(state, { outcome: 'failed', failure: describeFailure('CopyFailed', `${number}`) }, LATER);
  }
  expect(state.attemptLog).toHaveLength(10);
  expect(state.attemptLog?.at(0)).toEqual({
    number: 3,
    method: 'plugin',
    startedAt: NOW,
    endedAt: LATER,
    outcome: 'failed',
    failure: describeFailure('CopyFailed', '3'),
    image: null,
    bytes: null,
  });
});

test('an attempt that has ended keeps its end', () => {
  const state = newCopyState(1);
  beginAttempt(state, 'import', NOW);
  endAttempt(state, { outcome: 'copied', bytes: 7 }, LATER);
  endAttempt(state, { outcome: 'stopped' }, NOW);
  expect(state.attemptLog).toMatchObject([{ outcome: 'copied', bytes: 7, endedAt: LATER }]);
});
