/** A worker that stands still somewhere between its look at the source and the start of the target. */
import { CancelledFailure } from '@temporalio/common';
import type { WatchedVm } from '../../activities/interfaces';
import { PROOF_MS, proveOff } from '../../activities/off-proof';
import { POWER_WINDOW_MS, PowerWindow } from '../../activities/vsphere/power-window';
import type { PowerReading } from '../../plan/inventory';
import type { SharerReading } from '../../plan/sharers';

const SEEN_OFF = { bootTime: null, lastPowerOn: '2026-01-01T08:00:00Z' };
const OFF: PowerReading = { state: 'poweredOff', ...SEEN_OFF };

/** @param pauses milliseconds for which vCenter, and then Temporal, keep it waiting */
function proof(
  reading: PowerReading,
  {
    vcenter = 0,
    temporal = 0,
    confirmation = () => Promise.resolve(),
    others = [] as WatchedVm[],
    readings = [] as SharerReading[],
  } = {},
) {
  const clock = { now: 1_000_000 };
  const asked: string[] = [];
  const now = () => clock.now;
  const read = () => {
    asked.push('vCenter');
    clock.now += vcenter;
    return Promise.resolve(reading);
  };
  const readOthers = () => Promise.resolve(readings);
  const confirm = () => {
    asked.push('Temporal');
    clock.now += temporal;
    return confirmation();
  };
  const window = new PowerWindow(new AbortController().signal, confirm, now);
  return { asked, now, proven: proveOff(SEEN_OFF, { read, others, readOthers, window, now }) };
}

test('a source that is still off lets the target start, for seconds', async () => {
  const { asked, now, proven } = proof(OFF, { vcenter: 2_000, temporal: 1_000 });
  expect(await proven).toEqual({ ran: null, startBy: now() + POWER_WINDOW_MS - 1_000 });
  expect(asked).toEqual(['vCenter', 'Temporal']);
});

test.each<[string, Partial<PowerReading>, string]>([
  ['runs', { state: 'poweredOn' }, 'vCenter says that it is poweredOn'],
  [
    'ran, and is off again',
    { lastPowerOn: '2026-01-01T09:00:00Z' },
    'vCenter recorded a power-on at 2026-01-01T09:00:00Z',
  ],
])('a source that %s keeps the target off', async (_, now, ran) => {
  expect(await proof({ ...OFF, ...now }).proven).toEqual({ ran });
});

test('what vCenter said before the worker stood still starts nothing, and a fresh attempt looks again', async () => {
  await expect(proof(OFF, { vcenter: PROOF_MS }).proven).rejects.toMatchObject({
    type: 'SourceFault',
    nonRetryable: false,
    message: expect.stringContaining('too old') as string,
  });
});

test('nothing is started after the word of Temporal has become old, nor after that of vCenter', async () => {
  await expect(proof(OFF, { temporal: POWER_WINDOW_MS }).proven).rejects.toMatchObject({
    type: 'SourceFault',
  });
  const { now, proven } = proof(OFF, { vcenter: PROOF_MS - 1_000 });
  expect(await proven).toEqual({ ran: null, startBy: now() + 1_000 });
});

test('a worker whose step is another one’s by now starts nothing', async () => {
  const confirmation = () => Promise.reject(new CancelledFailure('another worker has taken it over'));
  await expect(proof(OFF, { confirmation }).proven).rejects.toMatchObject({ name: 'CancelledFailure' });
});

describe('a VM that has a disk together with it', () => {
  const other: WatchedVm = { moref: 'vm-2', name: 'db02', off: SEEN_OFF, ifRan: 'SharedDiskChanged' };

  test('lets the target start while it is off, too', async () => {
    const { proven } = proof(OFF, { others: [other], readings: [{ moref: 'vm-2', reading: OFF }] });
    expect(await proven).toMatchObject({ ran: null });
  });

  test.each<[string, SharerReading[], string]>([
    ['is on', [{ moref: 'vm-2', reading: { ...OFF, state: 'poweredOn' } }], 'is poweredOn'],
    [
      'ran, and is off again',
      [{ moref: 'vm-2', reading: { ...OFF, lastPowerOn: '2026-01-01T09:00:00Z' } }],
      'a power-on at 2026-01-01T09:00:00Z',
    ],
    ['is hidden', [{ moref: 'vm-2', reading: null }], 'does not show it any more'],
    ['was not asked about', [], 'does not show it any more'],
  ])('keeps the target off if it %s', async (_, readings, why) => {
    const { asked, proven } = proof(OFF, { others: [other], readings });
    expect(await proven).toEqual({ ran: expect.stringContaining(why) as string, other });
    expect(asked).toEqual(['vCenter']);
  });
});
