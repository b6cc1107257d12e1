/** Network cards of VMs, as policies look at them. */
import { groupBy } from '../group-by';
import type { SourceNic, SourceVm } from '../inventory';
import type { NetworkMapping } from '../resolve/network-mapping';
import type { PlannedVm } from '../resolve/planned-vm';

/** Cards that are not ignored, and are mapped at all. */
export function keptCards(vm: SourceVm, mapping: NetworkMapping): SourceNic[] {
  return vm.nics.filter(({ network }) => mapping.get(network.moref)?.network != null);
}

/** Cards that share a MAC address with another of the plan, by the moref of the VM whose card comes second. */
export function twinCards(vms: readonly PlannedVm[], mapping: NetworkMapping): Map<string, string[]> {
  const cards = vms.flatMap(({ vm }) => keptCards(vm, mapping).map((nic) => ({ vm, nic })));
  const addressed = cards.filter(({ nic }) => nic.macAddress !== '');
  const twins = [...groupBy(addressed, ({ nic }) => nic.macAddress)].flatMap(([mac, [first, ...more]]) =>
    more.map(({ vm, nic }) => {
      const other =
        first.vm === vm ? `"${first.nic.label}"` : `"${first.nic.label}" of VM "${first.vm.name}"`;
      return { vm, clause: `"${nic.label}" has the MAC address ${mac} of ${other}` };
    }),
  );
  return new Map(
    [...groupBy(twins, ({ vm }) => vm.moref)].map(([moref, those]) => [
      moref,
      those.map(({ clause }) => clause),
    ]),
  );
}
