/** Which addresses a guest can have. Its agent reports them, so a guest can name any, to have the worker knock there. */
import { BlockList, isIP } from 'node:net';

/** Of this machine, of its link (clouds answer there with logins of the machine), of nobody, and of many. */
const NOT_OF_GUESTS = new BlockList();
// The rest of 127.0.0.0/8 is no better, but the lab gives its guests addresses of it; services listen at 127.0.0.1.
NOT_OF_GUESTS.addSubnet('127.0.0.0', 16, 'ipv4');
NOT_OF_GUESTS.addSubnet('0.0.0.0', 8, 'ipv4');
NOT_OF_GUESTS.addSubnet('169.254.0.0', 16, 'ipv4');
NOT_OF_GUESTS.addSubnet('224.0.0.0', 3, 'ipv4');
NOT_OF_GUESTS.addSubnet('::', 127, 'ipv6');
NOT_OF_GUESTS.addSubnet('fe80::', 10, 'ipv6');
NOT_OF_GUESTS.addSubnet('ff00::', 8, 'ipv6');
// The AWS metadata service by IPv6.
NOT_OF_GUESTS.addAddress('fd00:ec2::254', 'ipv6');

/** IPv4 addresses as IPv6 writes them, and NAT64's: what is behind them is judged as IPv4. */
const EMBEDDED_IPV4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Whether the worker may knock at an address that a guest's agent reports; false for what is no address. */
export function mayBeGuest(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return !NOT_OF_GUESTS.check(address, 'ipv4');
  const [, high, low] = EMBEDDED_IPV4.exec(canonical(address)) ?? [];
  if (high !== undefined && low !== undefined) return mayBeGuest(ipv4Of(high, low));
  return !NOT_OF_GUESTS.check(address.split('%')[0] ?? '', 'ipv6');
}

/** As URLs write it, in one form of many; a zone names a link of this machine, and is left out. */
function canonical(address: string): string {
  return new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
}

function ipv4Of(high: string, low: string): string {
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, two >> 8, two & 255].join('.');
}
