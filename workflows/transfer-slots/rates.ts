/**
 * How fast copies go, learnt from those that have ended. Pure.
 *
 * Rates of copies are spread as logarithms are: half as fast is as likely as twice as fast. So what is kept of each kind of
 * copy is the mean and the variance of the logarithm, with more weight on the last ones. Wild samples count no more than
 * far ones do.
 */

/** One copy that has ended. */
export interface Sample {
  /** Bytes; of conversions, guests. */
  amount: number;
  seconds: number;
}

/** What is known of one kind of copy. */
export interface Rate {
  /** Samples, each by its weight; at most {@link MEMORY}. */
  weight: number;
  /** Of ln(amount per second). */
  mean: number;
  variance: number;
}

/** Seconds that something takes: eight of ten take no less and no more. */
export interface Range {
  low: number;
  high: number;
}

/** So many samples outweigh everything before them. */
const MEMORY = 50;
/** A copy that was shorter says less of long ones: its start and its end took most of its time. */
const FULL_WEIGHT_SECONDS = 60;
const LEAST_WEIGHT = 0.25;
/** Before anything is known of the spread: as likely twice as fast as not, as if that many samples had shown it. */
const ASSUMED_DEVIATION = Math.log(2);
const ASSUMED_WEIGHT = 3;
/** A sample further away counts as if it were so many standard deviations away. */
const FARTHEST_DEVIATIONS = 3;
/** Standard deviations at both sides that hold eight of ten. */
const EIGHT_OF_TEN = 1.28;

/** What a sample adds. @param rate null: nothing is known yet */
export function learn(rate: Rate | null, { amount, seconds }: Sample): Rate {
  const value = Math.log(amount / seconds);
  const weight = Math.min(1, Math.max(LEAST_WEIGHT, seconds / FULL_WEIGHT_SECONDS));
  if (rate === null) return { weight, mean: value, variance: 0 };
  const farthest = FARTHEST_DEVIATIONS * deviation(rate);
  const off = Math.min(farthest, Math.max(-farthest, value - rate.mean));
  const total = Math.min(MEMORY, rate.weight + weight);
  const share = weight / total;
  return {
    weight: total,
    mean: rate.mean + share * off,
    variance: (1 - share) * (rate.variance + share * off * off),
  };
}

/** How long so much takes, most likely, in seconds. */
export function secondsOf({ mean }: Rate, amount: number): number {
  return amount / Math.exp(mean);
}

/** How long it takes at least and at most, where it most likely takes so many seconds. The more is known, the narrower. */
export function rangeAround(rate: Rate, seconds: number): Range {
  const factor = Math.exp(EIGHT_OF_TEN * deviation(rate) * Math.sqrt(1 + 1 / rate.weight));
  return { low: seconds / factor, high: seconds * factor };
}

/** With what is assumed as long as little is known. */
function deviation({ weight, variance }: Rate): number {
  const assumed = ASSUMED_WEIGHT * ASSUMED_DEVIATION ** 2;
  return Math.sqrt((assumed + weight * variance) / (ASSUMED_WEIGHT + weight));
}
