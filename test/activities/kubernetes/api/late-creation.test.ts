/** A worker that stood still before it makes something, while another one did its step and the migration went on. */
import { text } from 'node:stream/consumers';
import { ActivityNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ensureLogin } from '../../../../activities/kubernetes/copies/source-access';
import { giveVolume } from '../../../../activities/kubernetes/volumes/volume-markers';
import { vmRef } from '../../../../plan/vm-ref';
import { confirmingClient } from '../../../support/confirming-client';
import { frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

let api: RecordingApi;
beforeEach(async () => {
  api = await recordingApi((request, answer) => void text(request).then((body) => answer.end(body)));
});
afterEach(() => api.close());

const frozen = frozenVm();
const login = { user: 'ann', password: 'secret' };
const makeLogin = () => ensureLogin(api.client, { vm: vmRef(frozen), disk: frozen.disks[0]! }, login);

function attempt(secondsAgo: number, answer: () => Promise<void>, isLocal = false): MockActivityEnvironment {
  const currentAttemptScheduledTimestampMs = Date.now() - secondsAgo * 1_000;
  return new MockActivityEnvironment(
    { currentAttemptScheduledTimestampMs, isLocal },
    { client: confirmingClient(answer) },
  );
}

const TAKEN_OVER = () => Promise.reject(new ActivityNotFoundError('another attempt counts'));
const OURS = () => Promise.resolve();

test('makes nothing where another worker has taken the step over', async () => {
  await expect(attempt(30, TAKEN_OVER).run(makeLogin)).rejects.toMatchObject({ name: 'CancelledFailure' });
  expect(api.asked).toEqual([]);
});

test('gives no volume an owner where another worker has taken the step over: other targets may attach it by then', async () => {
  const volume = { volumeName: 'web-disk-0', marker: { state: 'copied' as const, copyId: 'copy-1' } };
  const owner = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'web', uid: 'uid-1' };
  const give = () => giveVolume(api.client, vmRef(frozen), volume, owner);
  await expect(attempt(30, TAKEN_OVER).run(give)).rejects.toMatchObject({ name: 'CancelledFailure' });
  expect(api.asked).toEqual([]);
});

test('goes on where the step is still its own, and asks once for all that it makes at that time', async () => {
  let questions = 0;
  const environment = attempt(30, () => {
    questions += 1;
    return OURS();
  });
  await environment.run(async () => {
    await makeLogin();
    await makeLogin();
  });
  expect(api.asked).toHaveLength(2);
  expect(questions).toBe(1);
});

test.each([
  ['an attempt that has just begun', 1, false],
  ['a local activity', 30, true],
])('%s asks nobody', async (_, secondsAgo, isLocal) => {
  await attempt(secondsAgo, TAKEN_OVER, isLocal).run(makeLogin);
  expect(api.asked).toHaveLength(1);
});
