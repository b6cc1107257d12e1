import {
  learnSample,
  MOST_RATES,
  rateKeysOf,
  rateOf,
  ratesFrom,
  savedRates,
  type Rates,
} from '../../../workflows/transfer-slots/learnt';
import { secondsOf } from '../../../workflows/transfer-slots/rates';
import {
  needsOfConversion,
  needsOfImport,
  needsOfPluginCopy,
  type CopyPlaces,
} from '../../../workflows/transfer-slots/resources';

const PLACES: CopyPlaces = {
  vcenter: 'uuid',
  host: 'esx1',
  datastore: 'ds-1',
  cluster: 'own',
  storageClass: 'fast',
};
const HOUR = 3600;

function keys(datastore: string, plugin?: string): string[] {
  const places = { ...PLACES, datastore };
  return rateKeysOf(plugin === undefined ? needsOfImport(places) : needsOfPluginCopy(places, plugin));
}

function bytesPerSecond(rates: Rates, of: readonly string[]): number | null {
  const rate = rateOf(rates, of);
  return rate === null ? null : Math.round(1 / secondsOf(rate, 1));
}

test('methods and datastores are learnt apart; of a place that is new, the method is known', () => {
  const rates: Rates = new Map();
  learnSample(rates, keys('ds-1'), { amount: 100 * HOUR, seconds: HOUR });
  learnSample(rates, keys('ds-1', 'vendor/offload'), { amount: 900 * HOUR, seconds: HOUR });
  learnSample(rates, rateKeysOf(needsOfConversion('own')), { amount: 1, seconds: 300 });

  expect(bytesPerSecond(rates, keys('ds-1'))).toBe(100);
  expect(bytesPerSecond(rates, keys('ds-1', 'vendor/offload'))).toBe(900);
  expect(bytesPerSecond(rates, keys('ds-2'))).toBe(100);
  expect(bytesPerSecond(rates, keys('ds-2', 'vendor/offload'))).toBe(900);
  expect(bytesPerSecond(rates, keys('ds-2', 'vendor/other'))).toBe(900);
  expect(Math.round(secondsOf(rateOf(rates, rateKeysOf(needsOfConversion('other')))!, 1))).toBe(300);
});

test('nothing is known while nothing is measured', () => {
  expect(rateOf(new Map(), keys('ds-1'))).toBeNull();
});

test('places without end take no more room than the last of them, and methods are not forgotten', () => {
  const rates: Rates = new Map();
  for (let index = 0; index < 5000; index += 1)
    learnSample(rates, keys(`ds-${index}`), { amount: 1000 + index, seconds: 1 });
  learnSample(rates, keys('x'.repeat(5000)), { amount: 1000, seconds: 1 });
  expect(rates.size).toBe(MOST_RATES);
  expect(rates.has(keys('ds-4999')[0]!)).toBe(true);
  expect(rates.has('import')).toBe(true);
  expect(JSON.stringify(savedRates(rates)).length).toBeLessThan(64 * 1024);
});

test('what is saved is learnt from as before', () => {
  const rates: Rates = new Map();
  for (let index = 0; index < 20; index += 1)
    learnSample(rates, keys(`ds-${index % 3}`), { amount: 1e9 + index * 1e8, seconds: 60 });
  const again = ratesFrom(savedRates(rates));
  expect([...again]).toEqual([...rates]);
});
