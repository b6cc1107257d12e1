/** What a conversion does so that a guest keeps its network. */
import type { FrozenNic, FrozenVm } from './frozen';
import { isWindows } from './guest-id';

/** What the conversion does for a card; `drover plan check` shows it. */
export type Keeping =
  /** The plan keeps nothing, or the guest is not converted. */
  | 'unchanged'
  /** Its network is the Pod's, which gives it an address of its own. */
  | 'podNetwork'
  /** Where a file of the guest names the card, the name is bound to the MAC address. */
  | 'name'
  /** Windows: its static addresses are set at the first boot. */
  | 'setAgain'
  /** It asks DHCP again, with its MAC address of before. */
  | 'dhcp'
  /** Windows, and Tools report no address: nothing can be set. */
  | 'unknown';

export function keepingOf(vm: FrozenVm, { guest, network }: FrozenNic): Keeping {
  if (vm.keepNetwork !== true || vm.conversion === null) return 'unchanged';
  if (network.kind === 'pod') return 'podNetwork';
  if (!isWindows(vm.hardware.guestId)) return 'name';
  if (guest === undefined || guest.addresses.length === 0) return 'unknown';
  return guest.addresses.some(({ by }) => by === 'static') ? 'setAgain' : 'dhcp';
}
