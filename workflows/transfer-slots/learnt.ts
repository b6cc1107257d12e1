/** Rates by what is copied, how and from where; those that were learnt last. Pure. */
import { learn, type Rate, type Sample } from './rates';
import { kindOf, type Resource } from './resources';

/**
 * Kind of work, and perhaps its place: `import datastore/<vCenter>/<id>`, `plugin/<repository>`, `conversions`. Each
 * sample counts for its own place and, for places of which nothing is known, for its kind.
 */
export type RateKey = string;

/** By key; the one that has learnt last is the last. */
export type Rates = Map<RateKey, Rate>;

/** As it is carried over continue-as-new: key, then what is known. */
export type SavedRates = [RateKey, weight: number, mean: number, variance: number][];

/** Of more keys, those that have learnt nothing for longest are forgotten. With their names, some 50 KiB. */
export const MOST_RATES = 300;
/** Longer names of places only count for their kind. */
export const LONGEST_KEY = 500;

/** By what a request needs, the most exact key first. Empty where nothing is copied or converted. */
export function rateKeysOf(needs: readonly Resource[]): RateKey[] {
  const [conversions] = ofKind(needs, 'conversions');
  if (conversions !== undefined) return [conversions, 'conversions'].filter(isShort);
  const [datastore] = ofKind(needs, 'datastore');
  const [plugin] = ofKind(needs, 'plugin');
  if (datastore === undefined) return [];
  const kinds = plugin === undefined ? ['import'] : [plugin, 'plugin'];
  return [`${kinds[0]} ${datastore}`, ...kinds].filter(isShort);
}

export function learnSample(rates: Rates, keys: readonly RateKey[], sample: Sample): void {
  for (const key of keys) {
    const rate = learn(rates.get(key) ?? null, sample);
    rates.delete(key);
    rates.set(key, rate);
  }
  for (const key of rates.keys()) {
    if (rates.size <= MOST_RATES) return;
    rates.delete(key);
  }
}

/** Of the most exact key of which anything is known; null where nothing is. */
export function rateOf(rates: Rates, keys: readonly RateKey[]): Rate | null {
  const key = keys.find((one) => rates.has(one));
  return key === undefined ? null : rates.get(key)!;
}

export function savedRates(rates: Rates): SavedRates {
  return [...rates].map(([key, { weight, mean, variance }]) => [key, weight, mean, variance]);
}

export function ratesFrom(saved: SavedRates): Rates {
  return new Map(saved.map(([key, weight, mean, variance]) => [key, { weight, mean, variance }]));
}

function ofKind(needs: readonly Resource[], kind: string): Resource[] {
  return needs.filter((resource) => kindOf(resource) === kind);
}

function isShort(key: RateKey): boolean {
  return key.length <= LONGEST_KEY;
}
