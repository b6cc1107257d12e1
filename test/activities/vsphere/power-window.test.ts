import { POWER_WINDOW_MS, PowerWindow } from '../../../activities/vsphere/power-window';

function openWindow() {
  const clock = { now: 1_000_000 };
  const cancel = new AbortController();
  return { clock, cancel, window: new PowerWindow(cancel.signal, () => clock.now) };
}

test('a power operation may be issued right after the attempt began', () => {
  const { window, clock } = openWindow();
  clock.now += POWER_WINDOW_MS;
  expect(() => window.assertOpen()).not.toThrow();
});

test('later it is dropped, so that a fresh attempt decides', () => {
  const { window, clock } = openWindow();
  clock.now += POWER_WINDOW_MS + 1;
  expect(() => window.assertOpen()).toThrow(
    expect.objectContaining({ type: 'SourceFault', nonRetryable: false }),
  );
});

test('a clock that was set back closes the window, since nobody knows how old the attempt is', () => {
  const { window, clock } = openWindow();
  clock.now -= 1;
  expect(() => window.assertOpen()).toThrow('too old');
});

test('once the attempt is cancelled nothing is issued', () => {
  const { window, cancel } = openWindow();
  cancel.abort();
  expect(() => window.assertOpen()).toThrow(expect.objectContaining({ name: 'CancelledFailure' }));
});
