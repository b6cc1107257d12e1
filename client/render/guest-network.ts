/** What becomes of each network card of a plan, and of what its guest has set on it. */
import type { FrozenNic, FrozenVm } from '../../plan/frozen';
import { expectedAddresses } from '../../plan/expected-addresses';
import { type Keeping, keepingOf } from '../../plan/network-keeping';
import { renderTable } from './table';

const HEAD = ['VM', 'CARD', 'NETWORK', 'ADDRESSES', 'GATEWAY', 'DNS', 'THE GUEST KEEPS'];

/** Only where the plan verifies a target by its network. */
const PROVEN = 'PROVEN AFTER THE START';

const KEPT: Record<Keeping, string> = {
  unchanged: 'what it has: Drover changes nothing',
  podNetwork: 'no address: the Pod network gives one',
  name: 'its name, if a file has it: bound to the MAC address',
  setAgain: 'its static addresses: set at the first boot',
  dhcp: 'DHCP, with its MAC address',
  unknown: 'not known: VMware Tools report no address',
};

/** Empty where no VM has a card at the target. */
export function renderGuestNetwork(vms: readonly FrozenVm[]): string {
  const proves = vms.some(isProven);
  const rows = vms.flatMap((vm) =>
    vm.nics.map((nic) => [...row(vm, nic), ...(proves ? [listed(proven(vm, nic))] : [])]),
  );
  return rows.length === 0 ? '' : `\n${renderTable(proves ? [...HEAD, PROVEN] : HEAD, rows)}`;
}

function isProven({ policy, startTarget }: FrozenVm): boolean {
  return policy.verify.by === 'network' && startTarget;
}

function proven(vm: FrozenVm, nic: FrozenNic): string[] {
  return isProven(vm) ? expectedAddresses(nic) : [];
}

function row(vm: FrozenVm, nic: FrozenNic): string[] {
  const { guest, macAddress, network } = nic;
  const addresses = guest?.addresses.map(({ address, by, prefix }) => {
    return `${address}/${prefix}${by === undefined ? '' : ` (${by})`}`;
  });
  return [
    vm.vm.name,
    macAddress,
    network.kind === 'pod' ? 'pod' : `${network.namespace}/${network.name}`,
    listed(addresses),
    listed(guest?.gateways),
    listed(guest?.nameServers),
    KEPT[keepingOf(vm, nic)],
  ];
}

function listed(texts: readonly string[] = []): string {
  return texts.length === 0 ? '-' : texts.join(', ');
}
