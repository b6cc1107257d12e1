/** Which addresses a guest can have. Its agent reports them, so a guest can name any, to have the worker knock there. */
import { isIP } from 'node:net';
import { AddressRanges, CLOUD_METADATA } from '../../address-ranges';

/** Of this machine, of its link (clouds answer there with logins of the machine), of nobody, and of many. */
const NOT_OF_GUESTS = new AddressRanges([
  // The rest of 127.0.0.0/8 is no better, but the lab gives its guests addresses of it; services listen at 127.0.0.1.
  '127.0.0.0/16',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fe80::/10',
  'ff00::/8',
  ...CLOUD_METADATA,
]);

/** Whether the worker may knock at an address that a guest's agent reports; false for what is no address. */
export function mayBeGuest(address: string): boolean {
  return isIP(address) !== 0 && !NOT_OF_GUESTS.includes(address);
}
