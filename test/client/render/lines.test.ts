import { Writable } from 'node:stream';
import { LineRenderer } from '../../../client/render/lines';
import type { WatchSnapshot } from '../../../client/watch';
import { describeFailure } from '../../../plan/failures';
import type { CopyAttempt } from '../../../workflows/temporal-api';
import { GIB, diskState, snapshot, vmState } from './watched';

/** Shows each snapshot at its second; returns the lines. */
function show(...looks: [second: number, snapshot: WatchSnapshot][]): string[] {
  let text = '';
  let now = 0;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const renderer = new LineRenderer(stream, () => now);
  for (const [second, look] of looks) {
    now = second * 1000;
    renderer.show(look);
  }
  renderer.close();
  return text.split('\n').slice(0, -1);
}

const copying = (bytesDone: number): WatchSnapshot =>
  snapshot(vmState({ disks: [diskState({ phase: 'copying' })] }), { bytesDone });

test('says each change once', () => {
  expect(show([0, copying(0)], [1, copying(0)], [2, copying(0)])).toEqual([
    'web: copy',
    'web disk 0: copying 4 GiB by import',
  ]);
});

test('speaks of a disk that moves each ten seconds, with rate and time left', () => {
  const looks = Array.from({ length: 25 }, (_, second): [number, WatchSnapshot] => [
    second,
    snapshot(vmState({ disks: [diskState({ phase: 'copying' })] }), {
      bytesDone: (second * GIB) / 10,
      progress: { bytesPerSecond: GIB / 10 },
    }),
  ]);
  expect(show(...looks).slice(2)).toEqual([
    'web disk 0: 25%, 1 GiB of 4 GiB, 102 MiB/s, 30s left',
    'web disk 0: 50%, 2 GiB of 4 GiB, 102 MiB/s, 20s left',
  ]);
});

test('warns of a copy that stands still, once, and says when it goes on', () => {
  const warned = snapshot(vmState({ disks: [diskState({ phase: 'copying' })] }), {
    bytesDone: GIB,
    progress: { warning: 'no progress since 12:00' },
  });
  expect(show([0, copying(GIB)], [1, warned], [2, warned], [3, copying(2 * GIB)]).slice(2)).toEqual([
    'web disk 0: WARNING: no progress since 12:00',
    'web disk 0: goes on',
  ]);
});

test('says how long a disk took, how often it was tried, and how the VM ended', () => {
  const again = diskState({ phase: 'copying', attempts: 2 });
  const copied = diskState({
    phase: 'copied',
    attempts: 2,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:01:05.000Z',
  });
  expect(
    show(
      [0, copying(0)],
      [1, snapshot(vmState({ disks: [again] }))],
      [2, snapshot(vmState({ disks: [copied] }))],
      [3, snapshot(vmState({ disks: [copied], phase: 'tidy', outcome: 'succeeded' }))],
    ).slice(2),
  ).toEqual([
    'web disk 0: copying 4 GiB by import, attempt 2',
    'web disk 0: copied in 1m 05s, at attempt 2',
    'web: succeeded',
  ]);
});

test('says of a parked VM what failed, what to do, and the very command that goes on', () => {
  const failure = describeFailure('QuotaExceeded', 'quota "small" is exhausted');
  const attention = { phase: 'volumes', since: 't1', deadline: '2026-01-08T00:00:00.000Z', failure } as const;
  expect(show([0, snapshot(vmState({ phase: 'volumes', attention }))]).slice(1)).toEqual([
    'web: NEEDS ATTENTION in volumes: QuotaExceeded: quota "small" is exhausted',
    '  to do:   raise the quota of the target namespace, then retry',
    "  go on:   drover retry web --why '…'",
    "  give up: drover abort web --why '…'   (by itself at 2026-01-08T00:00:00.000Z)",
  ]);
});

test('says when no worker answers, and when one does again', () => {
  expect(
    show(
      [0, copying(0)],
      [1, { ...copying(0), workerSilent: true }],
      [2, { ...copying(0), workerSilent: true }],
      [3, copying(0)],
    ).slice(2),
  ).toEqual([
    'no worker answers; the migration goes on as soon as one runs (drover worker)',
    'a worker answers again',
  ]);
});

test('says that a disk fell back, and why, once', () => {
  const fellBack = { from: 'plugin:1', at: 't1', kind: 'CopyRefused', message: 'pool gold is full' } as const;
  const plugin = diskState({ phase: 'copying', method: 'plugin', attempts: 0 });
  const waiting = diskState({ fellBack });
  const again = diskState({ phase: 'copying', fellBack });
  expect(
    show(
      [0, snapshot(vmState({ disks: [plugin] }))],
      [1, snapshot(vmState({ disks: [waiting] }))],
      [2, snapshot(vmState({ disks: [again] }))],
    ),
  ).toEqual([
    'web: copy',
    'web disk 0: copying 4 GiB by plugin',
    'web disk 0: import after CopyRefused: pool gold is full',
    'web disk 0: copying 4 GiB by import',
  ]);
});

test('says why each attempt failed that another followed', () => {
  const attempt = (number: number, message: string | null): CopyAttempt => ({
    number,
    method: 'plugin',
    startedAt: 't1',
    endedAt: 't2',
    outcome: message === null ? 'copied' : 'failed',
    failure: message === null ? null : describeFailure('CopyFailed', message),
    image: null,
    bytes: null,
  });
  const plugin = { method: 'plugin', startedAt: null, endedAt: null } as const;
  const copying = diskState({ ...plugin, phase: 'copying', attempts: 0 });
  const attemptLog = [attempt(1, 'the pool was busy'), attempt(2, 'LUN 7 is locked'), attempt(3, null)];
  const copied = diskState({ ...plugin, phase: 'copied', attempts: 3, attemptLog });
  expect(
    show([0, snapshot(vmState({ disks: [copying] }))], [1, snapshot(vmState({ disks: [copied] }))]).slice(2),
  ).toEqual([
    'web disk 0: attempt 1 failed: the pool was busy',
    'web disk 0: attempt 2 failed: LUN 7 is locked',
    'web disk 0: copied, at attempt 3',
  ]);
});

describe("what a VM's own step waits for", () => {
  const waiting = (note: string | null): WatchSnapshot => {
    const look = snapshot(vmState({ phase: 'convert', disks: [] }), { bytesDone: 0, progress: { note } });
    const own = ({ steps, ...vm }: WatchSnapshot['vms'][number]) => ({
      ...vm,
      steps: steps.map((step) => ({ ...step, diskKey: null, activity: 'awaitConversion' })),
    });
    return { ...look, vms: look.vms.map(own) };
  };
  const WHY = 'ErrImagePull: no such image';

  test('is said once it stands for some seconds, and once', () => {
    const looks = [0, 1, 2, 3, 4, 60].map((second): [number, WatchSnapshot] => [second, waiting(WHY)]);
    expect(show(...looks)).toEqual(['web: convert', `web: ${WHY}`]);
    expect(show(...looks.slice(0, 3))).toEqual(['web: convert']);
  });

  test('is not said of what passes, nor where nothing is noted', () => {
    expect(
      show(
        [0, waiting('opening disks')],
        [2, waiting('copying files')],
        [4, waiting(null)],
        [9, waiting(null)],
      ),
    ).toEqual(['web: convert']);
  });
});

test('says once that a VM waits for its turn', () => {
  const waits = snapshot(vmState({ phase: 'await-turn', waitingSince: '2026-01-01T00:01:00.000Z' }));
  expect(show([0, waits], [1, waits])).toEqual([
    'web: await-turn',
    'web: waits for its turn since 2026-01-01 00:01:00Z',
  ]);
});
