/** Network cards of VirtualMachines, by the MAC addresses that these give them. */
import type { TargetCard } from '../../../plan/inventory';
import { isGoing } from '../api/going';
import type { VirtualMachine } from '../api/kinds';
import { LABELS } from '../api/ownership';

/** A card without an address of its own gets one when its VM starts; what is being removed keeps none. */
export function targetCards(machines: readonly VirtualMachine[]): TargetCard[] {
  return machines
    .filter((machine) => !isGoing(machine))
    .flatMap(({ metadata, spec }) =>
      (spec.template.spec?.domain.devices?.interfaces ?? []).flatMap(({ macAddress }) =>
        macAddress === undefined
          ? []
          : [
              {
                // KubeVirt takes dashes, too.
                macAddress: macAddress.toLowerCase().replaceAll('-', ':'),
                machine: `${metadata?.namespace}/${metadata?.name}`,
                source: sourceOf(metadata?.labels ?? {}),
              },
            ],
      ),
    );
}

function sourceOf(labels: Record<string, string>): TargetCard['source'] {
  const { [LABELS.vm]: moref, [LABELS.vcenter]: vcenterUuid } = labels;
  return moref === undefined || vcenterUuid === undefined ? null : { vcenterUuid, moref };
}
