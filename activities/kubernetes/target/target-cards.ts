/** The network cards whose MAC addresses the VirtualMachines of a namespace set. */
import type { TargetCard } from '../../../plan/inventory';
import { isGoing } from '../api/going';
import type { VirtualMachine } from '../api/kinds';
import { LABELS } from '../api/ownership';

/** Leaves out cards without a set address, which get one when the VM starts, and VMs that are being removed. */
export function targetCards(machines: readonly VirtualMachine[]): TargetCard[] {
  return machines
    .filter((machine) => !isGoing(machine))
    .flatMap(({ metadata, spec }) =>
      (spec.template.spec?.domain.devices?.interfaces ?? []).flatMap(({ macAddress }) =>
        macAddress === undefined
          ? []
          : [
              {
                // KubeVirt also accepts dashes in a MAC address.
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
