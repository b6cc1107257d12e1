/** The network that a guest is to keep, as the conversion reads it (`images/conversion/network/kept-network.ts`). */
import type { FrozenNic, FrozenVm } from '../../../plan/frozen';
import type { GuestCard } from '../../../plan/guest-network';
import { isWindows } from '../../../plan/guest-id';

interface KeptCard extends GuestCard {
  mac: string;
  pciSlot: number | null;
}

/** Null where the plan wants nothing kept, or the VM has no card at the target. */
export function keptNetwork({ hardware, keepNetwork, nics }: FrozenVm) {
  if (keepNetwork !== true || nics.length === 0) return null;
  return { system: isWindows(hardware.guestId) ? 'windows' : 'other', cards: nics.map(cardOf) };
}

/** Of a card on the Pod network nothing is set: that network gives an address. */
function cardOf({ guest, macAddress, network, pciSlot }: FrozenNic): KeptCard {
  const nothing: GuestCard = { addresses: [], gateways: [], nameServers: [] };
  const kept = network.kind === 'pod' ? nothing : (guest ?? nothing);
  return { mac: macAddress.toLowerCase(), pciSlot: pciSlot ?? null, ...kept };
}
