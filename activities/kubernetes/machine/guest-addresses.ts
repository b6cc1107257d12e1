/**
 * Which addresses a guest can have. The guest's agent reports them: a guest could name any address, and make the
 * worker connect there.
 */
import { isIP } from 'node:net';
import { AddressRanges, CLOUD_METADATA } from '../../address-ranges';

/**
 * Addresses of the worker's machine, of its link (clouds give out the machine's logins there), of no host, and of
 * groups of hosts.
 */
const NOT_OF_GUESTS = new AddressRanges([
  // Services listen at 127.0.0.1. The rest of 127.0.0.0/8 is allowed only because the guests of the lab have addresses
  // there.
  '127.0.0.0/16',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fe80::/10',
  'ff00::/8',
  ...CLOUD_METADATA,
]);

/** Whether the worker may connect to an address that a guest's agent reports. False for text that is no address. */
export function mayBeGuest(address: string): boolean {
  return isIP(address) !== 0 && !NOT_OF_GUESTS.includes(address);
}
