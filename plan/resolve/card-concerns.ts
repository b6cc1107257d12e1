/** What is wrong with network cards that are to be at the target: within a VM, among those of a plan, and beside others there. */
import type { Concern } from '../concerns';
import { isSame } from '../earlier';
import { groupBy } from '../group-by';
import type { SourceNic, SourceVm, TargetInventory } from '../inventory';
import type { NetworkMapping } from './network-mapping';
import type { PlannedVm } from './planned-vm';

export function cardConcerns(vm: SourceVm, mapping: NetworkMapping): Concern[] {
  const onPod = vm.nics.filter((nic) => mapping.get(nic.network.moref)?.network?.kind === 'pod');
  const labels = onPod.map(({ label }) => `"${label}"`).join(' and ');
  return [
    ...(onPod.length < 2 ? [] : [{ id: 'pod-network-twice', detail: labels } as const]),
    ...kept(vm, mapping)
      .filter(({ macAddress }) => macAddress === '')
      .map(({ label }): Concern => ({ id: 'no-mac', detail: `"${label}"` })),
  ];
}

/** By the moref of the VM whose card comes second. */
export function macConcerns(vms: readonly PlannedVm[], mapping: NetworkMapping): Map<string, Concern[]> {
  const cards = vms.flatMap(({ vm }) => kept(vm, mapping).map((nic) => ({ vm, nic })));
  const addressed = cards.filter(({ nic }) => nic.macAddress !== '');
  const twins = [...groupBy(addressed, ({ nic }) => nic.macAddress)].flatMap(([mac, [first, ...more]]) =>
    more.map(({ vm, nic }) => {
      const other =
        first.vm === vm ? `"${first.nic.label}"` : `"${first.nic.label}" of VM "${first.vm.name}"`;
      return { vm, detail: `"${nic.label}" has the MAC address ${mac} of ${other}` };
    }),
  );
  return new Map(
    [...groupBy(twins, ({ vm }) => vm.moref)].map(([moref, those]) => [
      moref,
      those.map(({ detail }): Concern => ({ id: 'mac-twice', detail })),
    ]),
  );
}

/** MAC addresses that VirtualMachines of the target namespace have; what this VM itself became before is no stranger. */
export function takenMacs(
  vm: SourceVm,
  {
    networks,
    target,
    vcenterUuid,
  }: { networks: NetworkMapping; target: TargetInventory; vcenterUuid: string },
): Concern[] {
  const { moref } = vm;
  const others = (target.cards ?? []).filter(
    ({ source }) => source === null || !isSame(source, { vcenterUuid, moref }),
  );
  return kept(vm, networks).flatMap(({ label, macAddress }) =>
    others
      .filter((card) => card.macAddress === macAddress)
      .map(({ machine }): Concern => {
        const detail = `"${label}" has the MAC address ${macAddress} of VirtualMachine ${machine}`;
        return { id: 'mac-taken', detail };
      }),
  );
}

/** Cards that are not ignored, and are mapped at all. */
function kept(vm: SourceVm, mapping: NetworkMapping): SourceNic[] {
  return vm.nics.filter(({ network }) => mapping.get(network.moref)?.network != null);
}
