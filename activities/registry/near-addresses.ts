/**
 * Addresses at which no registry of others is: of the worker's own machine, of its link (clouds answer there with the
 * machine's logins), of nobody, and of many. Plans name registries, and registries name others: whoever may start a
 * workflow would reach through the worker what nobody else can. Private ranges are not among them: registries are
 * there, and what the worker may reach in them is for its NetworkPolicy to say.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { type LookupFunction, isIP } from 'node:net';
import { AddressRanges, CLOUD_METADATA } from '../address-ranges';

const NEAR = new AddressRanges([
  '127.0.0.0/8',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  // With IPv4 addresses as they were once written.
  '::/96',
  'fe80::/10',
  'ff00::/8',
  ...CLOUD_METADATA,
]);

/** @param hostname of a URL: IPv6 addresses have brackets; false for names, which `farLookup` judges */
export function isNearAddress(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) !== 0 && NEAR.includes(address);
}

/** Looks a name up at the moment when it is connected to, and refuses it if any of its addresses is near. */
export function farLookup(refusal: () => Error): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, []);
      if (addresses.some(({ address }) => NEAR.includes(address))) return done(refusal(), []);
      const [first] = addresses;
      if (options.all || first === undefined) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

/**
 * Registries, as URLs write `host:port`, that an operator's lists name: these may be anywhere.
 * @param patterns as in `matchesPattern`
 */
export function registriesIn(
  patterns: readonly string[],
  registries: readonly string[],
): ReadonlySet<string> {
  const names = [...registries, ...patterns.map((pattern) => pattern.split('/')[0] ?? '')];
  const urls = names.map((name) => `https://${name}/`).filter((url) => URL.canParse(url));
  return new Set(urls.map((url) => new URL(url).host));
}
