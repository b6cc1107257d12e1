import { isSame } from '../../earlier';
import type { SourceVm, TargetCard } from '../../inventory';
import { keptCards } from '../of-cards';
import type { Policy, PlanContext } from '../policy';

export const macTaken: Policy = {
  id: 'mac-taken',
  severity: 'warning',
  title: 'MAC address that the target has',
  looksAt: 'the MAC addresses of VirtualMachines in the target namespace',
  found: '{}: targets keep MAC addresses, and on one network two cards of one would not both work',
  remedy:
    'change one of them, map the network of the card to ignored, or let no two of these VMs run on one network',
  judge: ({ planned: { vm }, context }) =>
    keptCards(vm, context.networks).flatMap(({ label, macAddress }) =>
      strangers(vm, context)
        .filter((card) => card.macAddress === macAddress)
        .map(({ machine }) => ({
          detail: `"${label}" has the MAC address ${macAddress} of VirtualMachine ${machine}`,
        })),
    ),
};

/** What this VM itself became before is no stranger. */
function strangers({ moref }: SourceVm, { target, vcenterUuid }: PlanContext): TargetCard[] {
  return (target.cards ?? []).filter(
    ({ source }) => source === null || !isSame(source, { vcenterUuid, moref }),
  );
}
