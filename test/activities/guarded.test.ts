import { MockActivityEnvironment } from '@temporalio/testing';
import type { SourceVmRequest } from '../../activities/interfaces';
import { failure } from '../../activities/failure';
import { guarded } from '../../activities/guarded';

const activities = guarded({
  readUrl: (request: SourceVmRequest): Promise<string> => Promise.resolve().then(() => request.source.url),
  readSecret: (): Promise<unknown> => Promise.resolve().then((): unknown => JSON.parse('hunter2')),
  list: (count: number) => Promise.resolve(Array.from({ length: count }, (_, index) => `datastore-${index}`)),
  refuse: () => Promise.reject(failure('TargetUnreachable', 'the API server is away')),
});

const run = (activity: (...args: never[]) => Promise<unknown>, ...args: unknown[]) =>
  new MockActivityEnvironment().run(activity, ...(args as never[]));

test('an activity that a foreign workflow calls with nothing fails for good, and is not tried again', async () => {
  await expect(run(activities.readUrl, {})).rejects.toMatchObject({
    type: 'Unexpected',
    nonRetryable: true,
    message: 'activity readUrl met what it was not made for (TypeError)',
  });
});

test('what could not be read is not repeated', async () => {
  await expect(run(activities.readSecret)).rejects.toMatchObject({
    type: 'Unexpected',
    message: 'activity readSecret met what it was not made for (SyntaxError)',
  });
});

test('results and failures of a kind pass as they are', async () => {
  const request = { source: { url: 'https://vc.example.com/sdk' }, moref: 'vm-1' };
  await expect(run(activities.readUrl, request)).resolves.toBe('https://vc.example.com/sdk');
  await expect(run(activities.refuse)).rejects.toMatchObject({
    type: 'TargetUnreachable',
    nonRetryable: false,
  });
});

test('a result that no message holds, as a hostile server can make one, is an error that says so', async () => {
  await expect(run(activities.list, 1_000)).resolves.toHaveLength(1_000);
  await expect(run(activities.list, 300_000)).rejects.toMatchObject({
    type: 'AnswerTooLarge',
    nonRetryable: true,
    message: 'the result of activity list has 6 MiB, and Temporal takes at most 2',
  });
});
