/** What Temporal says of a step that gave no answer, as a failure of ours. */
import { ActivityFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { toFailure } from '../../workflows/failure';

function unanswered(activityType: string): ActivityFailure {
  const timeout = new TimeoutFailure('heartbeat timeout', undefined, TimeoutType.HEARTBEAT);
  return new ActivityFailure('activity failed', activityType, '1', 'TIMEOUT', 'worker', timeout);
}

test('a wait that no worker answers for is WaitFailed, and says which', () => {
  expect(toFailure(unanswered('releaseVolumes'))).toMatchObject({
    kind: 'WaitFailed',
    message: 'releaseVolumes gave no answer in time',
    remedy: expect.stringContaining('worker') as string,
  });
});

test.each([
  ['awaitImport', 'CopyDeadline'],
  ['awaitPlugin', 'CopyDeadline'],
])('%s, which has a deadline of its own, is %s', (activity, kind) => {
  expect(toFailure(unanswered(activity))).toMatchObject({ kind });
});
