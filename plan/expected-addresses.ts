/** Which addresses of the source a target must have again, where a plan verifies it by its network (docs/decisions/0042). */
import type { FrozenNic } from './frozen';
import type { GuestCard } from './guest-network';

/** A card of the target, with at least one address. */
export interface ExpectedCard {
  macAddress: string;
  /** Without prefixes. */
  addresses: string[];
}

/** What decides of a card which addresses it must have again. */
export interface AddressedCard {
  connected: boolean;
  /** Absent: VMware Tools report nothing of it. */
  guest?: GuestCard;
  /** At the target. */
  network: { kind: FrozenNic['network']['kind'] };
}

/**
 * The Pod network gives a card an address of its own, and DHCP may give it another one. Tools of Linux do not say who gave an
 * address: IPv4 addresses count as set by hand. A guest itself makes most of its IPv6 addresses, and may make others.
 */
export function expectedAddresses({ connected, guest, network }: AddressedCard): string[] {
  if (!connected || network.kind === 'pod') return [];
  const addresses = guest?.addresses ?? [];
  return addresses
    .filter(({ address, by }) => by === 'static' || (by === undefined && !address.includes(':')))
    .map(({ address }) => address);
}

/** Empty where no address of the VM can be proven. */
export function expectedCards(nics: readonly FrozenNic[]): ExpectedCard[] {
  return nics
    .map((nic) => ({ macAddress: nic.macAddress, addresses: expectedAddresses(nic) }))
    .filter(({ addresses }) => addresses.length > 0);
}
