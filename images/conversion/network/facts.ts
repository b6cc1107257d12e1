/** What a guest's own files say of its network cards. */
import { isIP } from 'node:net';

export interface GuestFile {
  /** In the guest: `/etc/network/interfaces`. */
  path: string;
  text: string;
}

/** A file calls a card by its name. */
export interface NamedCard {
  name: string;
  file: string;
  /** The file also says the MAC address; lower case. */
  mac?: string;
  /** Static addresses, without prefixes. */
  addresses: readonly string[];
}

/** A file already gives a card its name by its MAC address. */
export interface BoundName {
  name: string;
  mac: string;
}

/** DHCP gave this address to the card of that name. */
export interface Lease {
  name: string;
  address: string;
}

export interface NetworkFacts {
  named: NamedCard[];
  /** Names of bonds, bridges, VLANs and the like: the guest makes these itself. */
  virtual: string[];
  bound: BoundName[];
  leases: Lease[];
}

export function noFacts(): NetworkFacts {
  return { named: [], virtual: [], bound: [], leases: [] };
}

/** As the kernel allows it, and no character that means something in a rule of udev's. */
const CARD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,14}$/;
/** Cards with a cable as the kernel, udev (systemd.net-naming-scheme(7)) and biosdevname call them by themselves. */
const WIRED_NAME = /^(eth\d+|em\d+|p\d+p\d+|en(P\d+)?([bcdiopsuv]\d\w*|x[0-9a-f]{12}))$/;
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** A name without the number of a VLAN or an alias behind it; null where no card can have it. */
export function cardName(text: string): string | null {
  const name = text.trim().replace(/[.:][0-9]+$/, '');
  return CARD_NAME.test(name) && name !== 'lo' ? name : null;
}

/** Whether the name itself shows that it is one of a card: not `wlan0`, `docker0`, or what a person calls a connection. */
export function isWiredName(name: string): boolean {
  return WIRED_NAME.test(name);
}

/** With colons, in lower case; null for what is no MAC address. */
export function macIn(text: string | undefined): string | null {
  const mac = (text ?? '').trim().toLowerCase().replaceAll('-', ':');
  return MAC.test(mac) ? mac : null;
}

/** `192.0.2.10/24` without the prefix, in the one form that Tools write; null for what is no address. */
export function addressIn(text: string): string | null {
  const address = text.trim().split(/[/,%\s]/)[0] ?? '';
  const family = isIP(address);
  if (family === 0) return null;
  return family === 4 ? address : new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** Words of a list, whichever way it is written. */
export function words(text = ''): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** A card that a file names; none where the name can be no card's. */
export function named(
  file: string,
  name: string | undefined,
  more: { mac?: string | null; addresses?: readonly string[] } = {},
): NamedCard[] {
  const card = cardName(name ?? '');
  if (card === null) return [];
  const addresses = (more.addresses ?? []).flatMap((text) => addressIn(text) ?? []);
  return [{ name: card, file, ...(more.mac && { mac: more.mac }), addresses }];
}
