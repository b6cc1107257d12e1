import { CancelledFailure } from '@temporalio/common';
import { POWER_WINDOW_MS, PowerWindow } from '../../../activities/vsphere/power-window';

/** @param confirmation what comes of asking Temporal; it takes so many milliseconds */
function powerWindow(takesMs: number, confirmation: () => Promise<void> = () => Promise.resolve()) {
  const clock = { now: 1_000_000 };
  const cancel = new AbortController();
  const confirm = () => {
    clock.now += takesMs;
    return confirmation();
  };
  return { cancel, window: new PowerWindow(cancel.signal, confirm, () => clock.now) };
}

test('a power operation may be issued right after Temporal has confirmed it, within what is left of the window', async () => {
  const { window } = powerWindow(1_000);
  expect(await window.open()).toBe(POWER_WINDOW_MS - 1_000);
});

test('where the answer came late it is dropped, so that a fresh attempt decides', async () => {
  const { window } = powerWindow(POWER_WINDOW_MS);
  await expect(window.open()).rejects.toMatchObject({ type: 'SourceFault', nonRetryable: false });
});

test('a clock that was set back closes the window, since nobody knows how old the answer is', async () => {
  const { window } = powerWindow(-1);
  await expect(window.open()).rejects.toThrow('too old');
});

test('once the attempt is cancelled nothing is issued', async () => {
  const { window, cancel } = powerWindow(0);
  cancel.abort();
  await expect(window.open()).rejects.toMatchObject({ name: 'CancelledFailure' });
});

test('what Temporal does not confirm is not issued', async () => {
  const { window } = powerWindow(0, () =>
    Promise.reject(new CancelledFailure('it is another worker\u2019s')),
  );
  await expect(window.open()).rejects.toMatchObject({ name: 'CancelledFailure' });
});
