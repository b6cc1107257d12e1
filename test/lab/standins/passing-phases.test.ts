import { PassingPhases } from '../../../lab/standins/cdi/passing-phases';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a phase on the way is told only once it lasts', () => {
  const passing = new PassingPhases();
  expect(passing.wait('a', 'PVCBound', 'Pending')).toBe(1_000);
  jest.advanceTimersByTime(200);
  expect(passing.wait('a', 'PVCBound', 'Pending')).toBe(800);
  jest.advanceTimersByTime(800);
  expect(passing.wait('a', 'PVCBound', 'Pending')).toBe(0);
});

test('the next phase on the way has its own time, and another volume too', () => {
  const passing = new PassingPhases();
  passing.wait('a', 'PVCBound', 'Pending');
  jest.advanceTimersByTime(400);
  expect(passing.wait('a', 'ImportScheduled', 'Pending')).toBe(1_000);
  expect(passing.wait('b', 'ImportScheduled', 'Pending')).toBe(1_000);
});

test.each(['WaitForFirstConsumer', 'ImportInProgress', 'Succeeded', 'Failed'])(
  '%s is told at once',
  (phase) => {
    expect(new PassingPhases().wait('a', phase, 'PVCBound')).toBe(0);
  },
);
