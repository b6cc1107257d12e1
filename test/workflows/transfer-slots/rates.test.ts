/** Estimates of how long copies take: what they promise, for whatever samples. */
import * as fc from 'fast-check';
import {
  learn,
  rangeAround,
  secondsOf,
  type Rate,
  type Sample,
} from '../../../workflows/transfer-slots/rates';

const GIB = 1024 ** 3;

const sample = fc.record({
  amount: fc.double({ min: 1, max: 1e15, noNaN: true }),
  seconds: fc.double({ min: 0.001, max: 1e7, noNaN: true }),
});

function learnAll(samples: readonly Sample[]): Rate {
  return samples.reduce<Rate | null>(learn, null)!;
}

function width(rate: Rate): number {
  const { low, high } = rangeAround(rate, 1);
  return high / low;
}

/** Copies of 50 GiB, each in a time that is spread by that factor. */
function copies(count: number, factor: number, seed: number): Sample[] {
  const random = fc.sample(fc.double({ min: -1, max: 1, noNaN: true }), { numRuns: count, seed });
  return random.map((off) => ({ amount: 50 * GIB, seconds: 500 * factor ** off }));
}

test('every estimate is a positive range around what is most likely, whatever was measured', () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 80 }), sample, (samples, { amount }) => {
      const rate = learnAll(samples);
      const likely = secondsOf(rate, amount);
      const { low, high } = rangeAround(rate, likely);
      expect(low).toBeGreaterThan(0);
      expect(Number.isFinite(high)).toBe(true);
      expect(low).toBeLessThan(likely);
      expect(high).toBeGreaterThan(likely);
    }),
  );
});

test('what is most likely lies between the slowest and the fastest copy that was measured', () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 80 }), (samples) => {
      const rates = samples.map(({ amount, seconds }) => amount / seconds);
      const likely = 1 / secondsOf(learnAll(samples), 1);
      expect(likely).toBeGreaterThanOrEqual(Math.min(...rates) * 0.999);
      expect(likely).toBeLessThanOrEqual(Math.max(...rates) * 1.001);
    }),
  );
});

test('the range narrows with every copy that is as fast as those before it', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 2, max: 45 }), (one, count) => {
      const fewer = learnAll(Array.from({ length: count - 1 }, () => one));
      expect(width(learn(fewer, one))).toBeLessThan(width(fewer));
    }),
  );
});

test('after many copies the range is about as wide as they are spread, and holds most of the next', () => {
  for (const factor of [1.05, 1.3, 2]) {
    const rate = learnAll(copies(200, factor, 7));
    const { low, high } = rangeAround(rate, secondsOf(rate, 50 * GIB));
    const next = copies(500, factor, 8).filter(({ seconds }) => seconds >= low && seconds <= high);
    expect({ factor, mostHeld: next.length >= 350 }).toEqual({ factor, mostHeld: true });
    expect(high / low).toBeLessThan(factor ** 2.2 * 1.6);
  }
});

test('one wild sample moves it little; a lasting change is learnt', () => {
  const before = learnAll(copies(50, 1.1, 7));
  const likely = secondsOf(before, 50 * GIB);
  for (const seconds of [0.001, 1e7]) {
    const moved = secondsOf(learn(before, { amount: 50 * GIB, seconds }), 50 * GIB);
    expect(moved / likely).toBeGreaterThan(0.95);
    expect(moved / likely).toBeLessThan(1.05);
  }
  const faster = copies(200, 1.1, 9).map((one) => ({ ...one, seconds: one.seconds / 10 }));
  const now = secondsOf(faster.reduce<Rate>(learn, before), 50 * GIB);
  expect(now / likely).toBeGreaterThan(0.08);
  expect(now / likely).toBeLessThan(0.14);
});

test('a copy of a second says less than one of an hour', () => {
  const slow = { amount: 3600 * 100, seconds: 3600 };
  const short = { amount: 10, seconds: 1 };
  const likely = 1 / secondsOf(learnAll([slow, short]), 1);
  expect(likely).toBeGreaterThan(50);
});
