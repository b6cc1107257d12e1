/** What is left, from what is measured: never less than nothing, narrower the more is known, unknown while nothing is. */
import * as fc from 'fast-check';
import { leftOfCopies, leftOfDisk, leftOfWave, type DiskProgress } from '../../client/estimates';
import type { RateView } from '../../workflows/transfer-slots/messages';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

function disk(change: Partial<DiskProgress> = {}): DiskProgress {
  return {
    phase: 'copying',
    doneBytes: 0,
    totalBytes: 100 * GIB,
    bytesPerSecond: null,
    estimate: null,
    ...change,
  };
}

const progress = fc.record({
  phase: fc.constantFrom('waiting', 'copying', 'copied', 'failed'),
  doneBytes: fc.nat(200 * GIB),
  totalBytes: fc.nat(100 * GIB),
  bytesPerSecond: fc.option(fc.nat(10 * GIB)),
  estimate: fc.option(fc.tuple(fc.nat(1e6), fc.nat(1e6)).map(([low, more]) => ({ low, high: low + more }))),
}) as fc.Arbitrary<DiskProgress>;

test('whatever is measured, what is left is a range from nothing on', () => {
  fc.assert(
    fc.property(fc.array(progress, { maxLength: 12 }), (disks) => {
      for (const range of [...disks.map(leftOfDisk), leftOfCopies(disks)]) {
        if (range === null) continue;
        expect(range.low).toBeGreaterThanOrEqual(0);
        expect(range.high).toBeGreaterThanOrEqual(range.low);
        expect(Number.isFinite(range.high)).toBe(true);
      }
    }),
  );
});

test('nothing is known of a disk of which nothing is measured, and then nothing of its VM', () => {
  expect(leftOfDisk(disk())).toBeNull();
  expect(leftOfCopies([disk({ bytesPerSecond: 100 * MIB }), disk({ phase: 'waiting' })])).toBeNull();
  expect(leftOfCopies([disk({ phase: 'copied' })])).toEqual({ low: 0, high: 0 });
});

test('before a disk is copied its estimate counts; while it is copied, what is left of it', () => {
  const estimate = { low: 600, high: 1200 };
  expect(leftOfDisk(disk({ phase: 'waiting', estimate }))).toEqual(estimate);
  expect(leftOfDisk(disk({ doneBytes: 75 * GIB, estimate }))).toEqual({ low: 150, high: 300 });
});

test('the rate of this moment narrows the estimate, and outdoes one that is wrong', () => {
  const bytesPerSecond = 100 * MIB;
  const estimate = { low: 900, high: 1200 };
  expect(leftOfDisk(disk({ bytesPerSecond, estimate }))).toEqual({ low: 900, high: 1200 });
  const late = leftOfDisk(disk({ bytesPerSecond, estimate, doneBytes: 90 * GIB }))!;
  expect(late.low).toBeCloseTo(102.4 / 1.05, 3);
  expect(late.high).toBeCloseTo(102.4 * 1.05, 3);
  const wrong = leftOfDisk(disk({ bytesPerSecond, estimate: { low: 1, high: 2 }, doneBytes: 50 * GIB }))!;
  expect(wrong.low).toBeGreaterThan(400);
});

test('the nearer the end, the narrower the range', () => {
  fc.assert(
    fc.property(fc.nat(98), fc.integer({ min: 1, max: 10 * GIB }), (percent, bytesPerSecond) => {
      const width = (done: number) => {
        const { low, high } = leftOfDisk(disk({ bytesPerSecond, doneBytes: done * GIB }))!;
        return high / low;
      };
      expect(width(percent + 1)).toBeLessThan(width(percent));
    }),
  );
});

test("a VM's copies take at least as long as the longest, at most as if no more were copied at once than now", () => {
  const estimate = { low: 100, high: 200 };
  const waiting = disk({ phase: 'waiting', estimate });
  const copying = disk({ estimate });
  expect(leftOfCopies([waiting, waiting, waiting])).toEqual({ low: 100, high: 600 });
  expect(leftOfCopies([copying, copying, waiting, waiting])).toEqual({ low: 100, high: 400 });
});

function rate(of: string, likely: number): RateView {
  return { of, low: likely / 2, likely, high: likely * 2 };
}

const RATES = [rate('import', 100 * MIB), rate('plugin', 1000 * MIB), rate('conversions', 1 / 300)];

function vms(
  count: number,
  phase: 'queued' | 'running' | 'parked' | 'ended',
  methods: ('import' | 'plugin')[] = ['import'],
) {
  return Array.from({ length: count }, () => ({ phase, disks: 1, bytes: 100 * GIB, methods }));
}

test('a wave takes as long as its places take for all that is queued', () => {
  const left = leftOfWave({ vms: vms(100, 'queued'), maxConcurrentVms: 10 }, RATES)!;
  expect(left.low).toBeCloseTo(10 * 512, 3);
  expect(left.high).toBeCloseTo(10 * (2048 + 600), 3);
  const one = leftOfWave({ vms: vms(1, 'queued'), maxConcurrentVms: 10 }, RATES)!;
  expect(one.low).toBeCloseTo(512, 3);
});

test('VMs that run may be nearly done; those that have ended or are parked count nothing', () => {
  const left = leftOfWave(
    { vms: [...vms(3, 'running'), ...vms(5, 'ended'), ...vms(5, 'parked')], maxConcurrentVms: 10 },
    RATES,
  )!;
  expect(left.low).toBe(0);
  expect(left.high).toBeCloseTo(2048 + 600, 3);
  expect(leftOfWave({ vms: vms(5, 'ended'), maxConcurrentVms: 10 }, [])).toEqual({ low: 0, high: 0 });
});

test('a wave is unknown until each of its methods is measured', () => {
  const mixed = { vms: [...vms(1, 'queued'), ...vms(1, 'queued', ['plugin'])], maxConcurrentVms: 10 };
  expect(leftOfWave(mixed, [])).toBeNull();
  expect(leftOfWave(mixed, [rate('import', 1)])).toBeNull();
  expect(leftOfWave(mixed, RATES)).not.toBeNull();
});

test('ten thousand VMs are no problem', () => {
  expect(leftOfWave({ vms: vms(10_000, 'queued'), maxConcurrentVms: 50 }, RATES)).not.toBeNull();
});
