/**
 * A machine's network cards as qemu's devices. One that is bridged to a network of Multus' hangs on the lab's bridge of that
 * network; any other has a small network of its own behind it.
 */
import type { V1Interface } from '@kubevirt-ui-ext/kubevirt-api/kubevirt';
import type { VirtualMachineInstance } from '../resources';
import { BRIDGE_PORT, guestAddress } from './loopback-addresses';

/** Addresses of the lab's bridges, by the names that their networks have in the machine. */
export type BridgesOfMachine = ReadonlyMap<string, string>;

/** On the Pod's network, the ports that the interface declares are forwarded from the guest's address here. */
export function networkDevices(
  { metadata, spec }: VirtualMachineInstance,
  bridges: BridgesOfMachine,
): string[] {
  return (spec.domain.devices.interfaces ?? []).flatMap((card) => {
    const bridge = card.bridge && bridges.get(card.name);
    const onPodNetwork = spec.networks?.some(({ name, pod }) => name === card.name && pod !== undefined);
    const ports = onPodNetwork ? forwards(card, guestAddress(metadata?.uid ?? '')) : [];
    const network = bridge === undefined ? ['user', ...ports] : ['stream', ...plug(bridge)];
    const [kind = '', ...options] = network;
    const device = [model(card), `netdev=${cardId(card)}`, ...mac(card)];
    return ['-netdev', [kind, `id=${cardId(card)}`, ...options].join(','), '-device', device.join(',')];
  });
}

/** qemu's names of the cards whose cable is not plugged in. */
export function unpluggedCards({ spec }: VirtualMachineInstance): string[] {
  return (spec.domain.devices.interfaces ?? []).filter(({ state }) => state === 'down').map(cardId);
}

/** An id of qemu's begins with a letter; a name in Kubernetes may not. */
function cardId({ name }: V1Interface): string {
  return `net-${name}`;
}

function plug(bridge: string): string[] {
  return ['server=off', 'addr.type=inet', `addr.host=${bridge}`, `addr.port=${BRIDGE_PORT}`];
}

function forwards({ ports = [] }: V1Interface, address: string): string[] {
  return ports.map(({ port, protocol = 'TCP' }) => {
    return `hostfwd=${protocol.toLowerCase()}:${address}:${port}-:${port}`;
  });
}

/** KubeVirt's names of models are qemu's, but for its default. Without its ROM a card is not tried for booting. */
function model({ model: name = 'virtio' }: V1Interface): string {
  return `${name === 'virtio' ? 'virtio-net-pci' : name},romfile=`;
}

function mac({ macAddress }: V1Interface): string[] {
  return macAddress ? [`mac=${macAddress.replaceAll('-', ':').toLowerCase()}`] : [];
}
