/** The network that a guest is to keep, as the conversion reads it (`images/conversion/network/kept-network.ts`). */
import type { FrozenNic, FrozenVm } from '../../../plan/frozen';
import type { GuestCard } from '../../../plan/guest-network';
import { isWindows } from '../../../plan/guest-id';

interface KeptCard extends GuestCard {
  mac: string;
  pciSlot: number | null;
}

/** Null where the plan wants nothing kept, or the VM has no card at the target. */
export function keptNetwork({ hardware, keepNetwork, leftOut, nics }: FrozenVm) {
  if (keepNetwork !== true || nics.length === 0) return null;
  const cards = { leftOut: leftOut?.nics.length ?? 0 };
  if (!isWindows(hardware.guestId)) return { system: 'other', cards: nics.map(cardOf), ...cards };
  return { system: 'windows', cards: nics.map(settableCard), ...cards };
}

const NOTHING: GuestCard = { addresses: [], gateways: [], nameServers: [] };

function cardOf({ guest, macAddress, pciSlot }: FrozenNic): KeptCard {
  return { mac: macAddress.toLowerCase(), pciSlot: pciSlot ?? null, ...(guest ?? NOTHING) };
}

/** On the Pod network nothing is set: it gives an address. */
function settableCard(nic: FrozenNic): KeptCard {
  return { ...cardOf(nic), ...(nic.network.kind === 'pod' && NOTHING) };
}
