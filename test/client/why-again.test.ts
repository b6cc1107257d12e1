import { whyAgain } from '../../client/why-again';

test('tells an operator that a step was taken over, not that it failed', () => {
  const stopped = {
    message: 'Worker is shutting down and this activity did not complete in time',
    applicationFailureInfo: { type: 'WorkerShutdown' },
  };
  expect(whyAgain(stopped)).toBe('taken over from a worker that was stopped');
  const killed = { message: 'activity Heartbeat timeout', timeoutFailureInfo: { timeoutType: 4 } };
  expect(whyAgain(killed)).toBe('taken over from a worker that fell silent');
});

test('repeats why a step failed, and that it took too long', () => {
  const failed = {
    message: 'no TLS handshake within 15 s',
    applicationFailureInfo: { type: 'SourceUnreachable' },
  };
  expect(whyAgain(failed)).toBe('no TLS handshake within 15 s');
  const slow = { message: 'activity StartToClose timeout', timeoutFailureInfo: { timeoutType: 1 } };
  expect(whyAgain(slow)).toBe('activity StartToClose timeout');
});
