/** Ranges of IP addresses, for judging where the worker is sent by others. */
import { BlockList, isIP } from 'node:net';

/** Addresses at which clouds give a machine's logins to every program on it: AWS, Azure, Alibaba and Oracle. */
export const CLOUD_METADATA = [
  '169.254.169.254/32',
  'fd00:ec2::254/128',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
] as const;

/** IPv4 addresses as IPv6 writes them (mapped and NAT64's): what is behind them is judged as IPv4. */
const EMBEDDED_IPV4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

export class AddressRanges {
  private readonly ranges = new BlockList();

  /** @param cidrs as `169.254.0.0/16` and `fe80::/10` */
  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const [address = '', bits] = cidr.split('/');
      this.ranges.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /** @param address IPv4, or IPv6 in any form and without brackets; false for what is no address */
  includes(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    if (family === 4) return this.ranges.check(address, 'ipv4');
    const [, high, low] = EMBEDDED_IPV4.exec(canonical(address)) ?? [];
    if (high !== undefined && low !== undefined) return this.includes(ipv4Of(high, low));
    return this.ranges.check(withoutZone(address), 'ipv6');
  }
}

/** An address in one form of many, as URLs write it. @param address IPv4 or IPv6, without brackets */
export function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? canonical(address) : address;
}

function canonical(address: string): string {
  return new URL(`http://[${withoutZone(address)}]/`).hostname.slice(1, -1);
}

/** A zone names a link of this machine. */
function withoutZone(address: string): string {
  return address.split('%')[0] ?? '';
}

function ipv4Of(high: string, low: string): string {
  const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, two >> 8, two & 255].join('.');
}
