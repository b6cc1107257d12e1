/** Network cards of a VM, from its list of virtual devices. */
import type { SourceNic } from '../../plan/inventory';
import { child, flag, integer, managedRef, type ManagedRef, requiredInteger, text } from './vim-value';

/** What is known of the networks that cards hang on. */
export interface Networks {
  /** Names by moref; a network that is gone, or whose name we may not read, has none. */
  names: ReadonlyMap<string, string>;
  /** Morefs of NSX's networks by the id that NSX gave them, which is all that a card says. */
  opaque: ReadonlyMap<string, string>;
}

/** Where a card says nothing of any network. A map can name it, too. */
const NO_NETWORK = 'no network';

/** Every card, on whatever network; see {@link networkOf} for what a map calls this. */
export function readNics(devices: readonly unknown[], networks: Networks): SourceNic[] {
  return devices.filter(isCard).map((device) => readNic(device, networks));
}

/** Networks that a VM's cards refer to, for reading their names. Some may be gone. */
export function networksOf(devices: readonly unknown[]): ManagedRef[] {
  return devices.flatMap((device) => {
    const network = networkRef(child(device, 'backing'));
    return network === null ? [] : [network];
  });
}

/** Whether a card hangs on a network of NSX's, which only the VM's own list of networks refers to. */
export function hasOpaqueNetwork(devices: readonly unknown[]): boolean {
  return devices.some((device) => opaqueId(child(device, 'backing')) !== null);
}

/** Only cards have an address type or a MAC address; a card that was never powered on may lack the MAC address. */
function isCard(device: unknown): boolean {
  return ['macAddress', 'addressType'].some((field) => child(device, field) !== undefined);
}

function readNic(device: unknown, networks: Networks): SourceNic {
  const key = requiredInteger(child(device, 'key'), 'a card key');
  return {
    key,
    label: text(child(device, 'deviceInfo', 'label')) ?? `card ${key}`,
    macAddress: (text(child(device, 'macAddress')) ?? '').toLowerCase(),
    network: networkOf(child(device, 'backing'), networks),
    connected: flag(child(device, 'connectable', 'startConnected')),
    ...pciSlot(child(device, 'slotInfo', 'pciSlotNumber')),
  };
}

/** vCenter writes -1 where the card has no slot yet. */
function pciSlot(node: unknown): Pick<SourceNic, 'pciSlot'> {
  const slot = integer(node);
  return slot === null || slot < 0 || slot > 65_535 ? {} : { pciSlot: slot };
}

/**
 * The network's moref and name; of what is gone or can't be read, what the card itself still says of it. Where that is one
 * word only, it is both.
 */
function networkOf(backing: unknown, { names, opaque }: Networks): SourceNic['network'] {
  const opaqueNetwork = opaqueId(backing);
  const moref =
    networkRef(backing)?.value ??
    (opaqueNetwork === null ? null : (opaque.get(opaqueNetwork) ?? opaqueNetwork));
  const name =
    (moref === null ? null : names.get(moref)) ??
    said(child(backing, 'deviceName')) ??
    moref ??
    switchPort(backing);
  return { moref: moref ?? name ?? NO_NETWORK, name: name ?? NO_NETWORK };
}

/** A standard network is referred to; a distributed port group's key is its moref. */
function networkRef(backing: unknown): ManagedRef | null {
  const group = said(child(backing, 'port', 'portgroupKey'));
  return group === null
    ? managedRef(child(backing, 'network'))
    : { type: 'DistributedVirtualPortgroup', value: group };
}

function opaqueId(backing: unknown): string | null {
  return said(child(backing, 'opaqueNetworkId'));
}

/** A card may hang on a port of a distributed switch that belongs to no port group. */
function switchPort(backing: unknown): string | null {
  const uuid = said(child(backing, 'port', 'switchUuid'));
  if (uuid === null) return null;
  return `port ${said(child(backing, 'port', 'portKey')) ?? '?'} of switch ${uuid}`;
}

/** Text that says something. */
function said(node: unknown): string | null {
  return text(node) || null;
}
