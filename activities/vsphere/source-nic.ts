/** Network cards of a VM, from its list of virtual devices. */
import type { SourceNic } from '../../plan/inventory';
import { child, flag, managedRef, requiredInteger, text } from './vim-value';
import type { ManagedRef } from './vim-value';

/** `networks` gives the names of networks and port groups by moref. */
export function readNics(devices: readonly unknown[], networks: ReadonlyMap<string, string>): SourceNic[] {
  // Every kind of card, and nothing else, has a MAC address.
  return devices
    .filter((device) => child(device, 'macAddress') !== undefined)
    .map((device) => readNic(device, networks));
}

/** Networks that a VM's cards hang on, for reading their names. */
export function networksOf(devices: readonly unknown[]): ManagedRef[] {
  return devices.flatMap((device) => {
    const network = networkRef(child(device, 'backing'));
    return network === null ? [] : [network];
  });
}

function readNic(device: unknown, networks: ReadonlyMap<string, string>): SourceNic {
  const key = requiredInteger(child(device, 'key'), 'a card key');
  const backing = child(device, 'backing');
  const moref = networkRef(backing)?.value ?? text(child(backing, 'opaqueNetworkId')) ?? '';
  return {
    key,
    label: text(child(device, 'deviceInfo', 'label')) ?? `card ${key}`,
    macAddress: (text(child(device, 'macAddress')) ?? '').toLowerCase(),
    network: { moref, name: networks.get(moref) ?? text(child(backing, 'deviceName')) ?? moref },
    connected: flag(child(device, 'connectable', 'startConnected')),
  };
}

/** A standard network is referred to; a distributed port group's key is its moref. */
function networkRef(backing: unknown): ManagedRef | null {
  const group = text(child(backing, 'port', 'portgroupKey'));
  return group === null
    ? managedRef(child(backing, 'network'))
    : { type: 'DistributedVirtualPortgroup', value: group };
}
