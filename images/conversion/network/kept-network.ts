/** The network that the guest is to keep, as the file beside the domain XML has it. */
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';

export interface KeptNetwork {
  system: 'windows' | 'other';
  cards: KeptCard[];
  /** How many cards of the source the target does not have. */
  leftOut: number;
}

/** A network card with what VMware Tools reported of it. */
export interface KeptCard {
  /** Lower case, with colons. */
  mac: string;
  /** vSphere's slot number; null where it is not known. */
  pciSlot: number | null;
  addresses: { address: string; prefix: number; by?: 'static' | 'dhcp' }[];
  gateways: string[];
  nameServers: string[];
}

/** Null without the file: nothing is to be kept. @throws Error where a field is not what it must be */
export function readKeptNetwork(file: string): KeptNetwork | null {
  if (!existsSync(file)) return null;
  const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isNetwork(read)) throw new Error(`${file} must say the system of the guest, and its cards`);
  return read;
}

function isNetwork(value: unknown): value is KeptNetwork {
  const { system, cards, leftOut } = (value ?? {}) as Partial<Record<keyof KeptNetwork, unknown>>;
  const isKnown = system === 'windows' || system === 'other';
  return isKnown && Number.isInteger(leftOut) && Array.isArray(cards) && cards.every(isCard);
}

function isCard(value: unknown): boolean {
  const card = (value ?? {}) as Partial<Record<keyof KeptCard, unknown>>;
  const { addresses, gateways, mac, nameServers, pciSlot } = card;
  return (
    typeof mac === 'string' &&
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) &&
    (pciSlot === null || Number.isInteger(pciSlot)) &&
    [gateways, nameServers].every((list) => Array.isArray(list) && list.every(isAddress)) &&
    Array.isArray(addresses) &&
    addresses.every(isAssigned)
  );
}

function isAssigned(value: unknown): boolean {
  const { address, prefix } = (value ?? {}) as { address?: unknown; prefix?: unknown };
  return isAddress(address) && Number.isInteger(prefix) && Number(prefix) >= 0 && Number(prefix) <= 128;
}

/** A zone would be a name. */
function isAddress(value: unknown): value is string {
  return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
}
