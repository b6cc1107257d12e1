/**
 * What VMware Tools report of a VM's cards: `GuestNicInfo` and `GuestStackInfo` (vSphere's API 8.0).
 *
 * The guest decides what Tools say. What is no address, or more than a card is taken to have, is left out.
 */
import { isIPv4 } from 'node:net';
import {
  type GuestAddress,
  type GuestCard,
  ipSchema,
  MOST_ADDRESSES,
  MOST_GATEWAYS,
  MOST_NAME_SERVERS,
} from '../../plan/guest-network';
import type { SourceNic } from '../../plan/inventory';
import { AddressRanges } from '../address-ranges';
import type { ManagedObject } from './property-collector';
import { child, integer, list, text } from './vim-value';

export const GUEST_NETWORK_PATHS = ['guest.net', 'guest.ipStack'] as const;

/** What a card gives itself, and what stands for no card: none of it is there again by anybody's setting. */
const UNSETTABLE = new AddressRanges([
  '169.254.0.0/16',
  'fe80::/10',
  '127.0.0.0/8',
  '::1/128',
  '0.0.0.0/8',
  '::/128',
]);

/** Of each list, more is not looked at. Bridges and tunnels of the guest are among its cards, and so are their routes. */
const MOST_LISTED = 100;

interface Report {
  info: unknown;
  /** By which routes name it. */
  device: string;
}

/** The cards, each with what Tools report of its MAC address. */
export function withGuestNetwork(nics: readonly SourceNic[], vm: ManagedObject): SourceNic[] {
  const reports = listed(vm.props.get('guest.net'), 'GuestNicInfo').map((info, index): Report => ({
    info,
    device: String(index),
  }));
  const stacks = listed(vm.props.get('guest.ipStack'), 'GuestStackInfo');
  return nics.map((nic) => {
    // A bond or a bridge has the MAC address of one of its cards, and the addresses that this card serves.
    const own = reports.filter(
      ({ info }) =>
        nic.macAddress !== '' && text(child(info, 'macAddress'))?.toLowerCase() === nic.macAddress,
    );
    if (own.length === 0) return nic;
    const guest = readCard(own, stacks);
    return Object.values(guest).every((said) => said.length === 0) ? nic : { ...nic, guest };
  });
}

function readCard(reports: readonly Report[], stacks: readonly unknown[]): GuestCard {
  const devices = new Set(reports.map(({ device }) => device));
  const ownServers = reports.flatMap(({ info }) => serversOf(info));
  return {
    addresses: onePerAddress(reports.flatMap(({ info }) => addressesOf(info))).slice(0, MOST_ADDRESSES),
    gateways: unique(stacks.flatMap((stack) => gatewaysOf(stack, devices))).slice(0, MOST_GATEWAYS),
    nameServers: unique(ownServers.length > 0 ? ownServers : stacks.flatMap(serversOf)).slice(
      0,
      MOST_NAME_SERVERS,
    ),
  };
}

function addressesOf(info: unknown): GuestAddress[] {
  const config = child(info, 'ipConfig');
  return listed(config, 'ipAddress').flatMap((one) => {
    const address = addressIn(child(one, 'ipAddress'));
    const prefix = integer(child(one, 'prefixLength'));
    if (address === null || prefix === null || prefix < 0 || prefix > (isIPv4(address) ? 32 : 128)) return [];
    if (UNSETTABLE.includes(address)) return [];
    const by = giverOf(text(child(one, 'origin')));
    return [{ address, prefix, ...(by !== null && { by }) }];
  });
}

/** `NetIpConfigInfoIpAddressOrigin`. What routers advertise, or the guest has thought of, is neither. */
function giverOf(origin: string | null): GuestAddress['by'] | null {
  return origin === 'manual' ? 'static' : origin === 'dhcp' ? 'dhcp' : null;
}

/** Of its default routes: those to everywhere. */
function gatewaysOf(stack: unknown, devices: ReadonlySet<string>): string[] {
  return listed(stack, 'ipRouteConfig', 'ipRoute').flatMap((route) => {
    const everywhere = ['0.0.0.0', '::'].includes(text(child(route, 'network')) ?? '');
    const isDefault = everywhere && integer(child(route, 'prefixLength')) === 0;
    const device = text(child(route, 'gateway', 'device')) ?? '';
    const address = addressIn(child(route, 'gateway', 'ipAddress'));
    return isDefault && devices.has(device) && address !== null && !isNobody(address) ? [address] : [];
  });
}

function isNobody(address: string): boolean {
  return ['0.0.0.0', '::'].includes(address);
}

function serversOf(node: unknown): string[] {
  return listed(node, 'dnsConfig', 'ipAddress').flatMap((one) => addressIn(one) ?? []);
}

/** An address without the zone that Windows writes behind link-local ones; null where it is none. */
function addressIn(node: unknown): string | null {
  const address = (text(node) ?? '').split('%')[0]!.toLowerCase();
  return ipSchema.safeParse(address).success ? address : null;
}

function listed(node: unknown, ...path: string[]): unknown[] {
  return list(child(node, ...path)).slice(0, MOST_LISTED);
}

function onePerAddress(addresses: readonly GuestAddress[]): GuestAddress[] {
  return [...new Map(addresses.map((one) => [one.address, one])).values()];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
