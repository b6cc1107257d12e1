/**
 * Whether a guest has the addresses that its source had, by what its agent says of its cards.
 *
 * KubeVirt shows of each MAC address the addresses of one interface of the guest: the last that the agent names (kubevirt 1.6.0,
 * pkg/network/setup/netstat.go). Of a bond or a bridge that is the one with the address.
 */
import { isIP } from 'node:net';
import type { ExpectedCard } from '../../../plan/expected-addresses';
import { listSome } from '../../../plan/cut';
import { canonicalAddress } from '../../address-ranges';
import type { VirtualMachineInstance } from '../api/kinds';

/** Cards, and addresses of one card, that a sentence names. */
const MOST_NAMED = 4;

export interface CardGap {
  macAddress: string;
  /** That the source had. */
  missing: string[];
  /** That the agent reports. Nothing of the guest is in it but addresses. */
  found: string[];
}

/** The cards that lack an address; empty where each has all of its own. */
export function addressGaps(instance: VirtualMachineInstance, cards: readonly ExpectedCard[]): CardGap[] {
  return cards.flatMap(({ macAddress, addresses }) => {
    const found = reportedBy(instance, macAddress);
    const missing = addresses.filter((address) => !found.includes(canonicalAddress(address)));
    return missing.length === 0 ? [] : [{ macAddress, missing, found }];
  });
}

/** One clause for people. */
export function describeGaps(gaps: readonly CardGap[]): string {
  const clauses = gaps.map(({ macAddress, missing, found }) => {
    const said = found.length === 0 ? 'no address of it' : named(found);
    return `card ${macAddress} lacks ${named(missing)}: the guest agent reports ${said}`;
  });
  return listSome(clauses, MOST_NAMED);
}

/** What was proven, in one clause for people. */
export function describeKept(cards: readonly ExpectedCard[]): string {
  const clauses = cards.map(({ macAddress, addresses }) => `${named(addresses)} of card ${macAddress}`);
  return `the guest agent reports ${listSome(clauses, MOST_NAMED)}`;
}

function named(addresses: readonly string[]): string {
  return listSome(addresses, MOST_NAMED);
}

/** Only of the agent: without its word, KubeVirt shows the addresses that the Pod has. */
function reportedBy({ status }: VirtualMachineInstance, macAddress: string): string[] {
  const own = (status?.interfaces ?? []).filter(
    ({ infoSource = '', mac = '' }) =>
      infoSource.includes('guest-agent') && plainMac(mac) === plainMac(macAddress),
  );
  const texts = own.flatMap(({ ipAddress = '', ipAddresses = [] }) => [ipAddress, ...ipAddresses]);
  return [...new Set(texts.filter((text) => isIP(text) !== 0).map(canonicalAddress))];
}

function plainMac(address: string): string {
  return address.toLowerCase().replaceAll('-', ':');
}
