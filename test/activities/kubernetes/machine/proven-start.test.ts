/** The last word before a target is started: the source's. */
import type { OffProof } from '../../../../activities/off-proof';
import { startMachine } from '../../../../activities/kubernetes/machine/machines';
import { resumeTarget } from '../../../../activities/kubernetes/machine/roll-back';
import { vmRef } from '../../../../plan/vm-ref';
import { frozenVm } from '../../../support/frozen-vm';
import { recordingApi, type RecordingApi } from '../recording-api';

let api: RecordingApi;
beforeEach(async () => {
  api = await recordingApi();
});
afterEach(() => api.close());

const vm = vmRef(frozenVm());
const changes = () => api.asked.filter((asked) => asked.startsWith('PATCH'));

/** Whether the source is looked at after everything else that is asked before the start. */
let askedBefore: number;
const say = (proof: OffProof) => () => {
  askedBefore = api.asked.length;
  return Promise.resolve(proof);
};
const RAN: OffProof = { ran: 'vCenter says that it is poweredOn' };
const off = (startBy: number): OffProof => ({ ran: null, startBy });

test('a target is started right after its source was looked at', async () => {
  await startMachine(api.client, vm, say(off(Date.now() + 60_000)));
  expect(changes()).toHaveLength(1);
  expect(api.asked).toHaveLength(askedBefore + 1);
});

test('a target stays off where its source ran', async () => {
  await expect(startMachine(api.client, vm, say(RAN))).rejects.toMatchObject({
    type: 'SourceRanMeanwhile',
    nonRetryable: true,
    message: 'the source ran after it was stopped: vCenter says that it is poweredOn',
  });
  expect(await resumeTarget(api.client, { vm, uid: 'uid-1' }, 'Always', say(RAN))).toBe(RAN.ran);
  expect(changes()).toEqual([]);
});

test('a worker that stood still after its look at the source starts nothing', async () => {
  const late = say(off(Date.now() - 1));
  await expect(startMachine(api.client, vm, late)).rejects.toMatchObject({ type: 'WaitFailed' });
  const resumed = resumeTarget(api.client, { vm, uid: 'uid-1' }, 'Always', late);
  await expect(resumed).rejects.toMatchObject({ type: 'WaitFailed' });
  expect(changes()).toEqual([]);
});
