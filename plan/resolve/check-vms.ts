/** What about the VMs of a plan themselves stands in the way of their migration, or will not be the same. */
import { type Concern, CONCERNS, foundBy } from '../concerns';
import { groupBy } from '../group-by';
import type { TargetInventory } from '../inventory';
import { errorAt, type Problem, warningAt } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { bootConcerns } from './boot-concerns';
import { cardConcerns, macConcerns, takenMacs } from './card-concerns';
import type { DecidedVm } from './decided-disks';
import { diskConcerns } from './disk-concerns';
import { type Finding, findingOf } from './finding';
import type { Frame } from './freeze-vm';
import { entryAt, planAt } from './places';
import type { PlannedVm } from './planned-vm';
import { shutdownConcerns } from './shutdown-concerns';
import { vmNames } from './vm-names';

interface VmFinding extends Finding {
  planned: PlannedVm;
}

export function checkVms(vms: readonly DecidedVm[], context: Frame): Problem[] {
  const { set, networks, target } = context;
  const macs = macConcerns(vms, networks);
  const findings = vms.flatMap((planned) =>
    [...findingsOf(planned, context), ...(macs.get(planned.vm.moref) ?? []).map(findingOf)].map(
      (finding): VmFinding => ({ ...finding, planned }),
    ),
  );
  const refuses = ({ id }: Finding) => CONCERNS[id].severity === 'refuses';
  return [
    ...findings.filter(refuses).map(({ planned, found, remedy }) => {
      const at = entryAt(set, planned.chosen.index);
      return errorAt(at, `VM "${planned.vm.name}": ${found}`, remedy);
    }),
    ...vms.flatMap((planned) => checkName(set, planned, target)),
    ...warnings(
      set,
      findings.filter((finding) => !refuses(finding)),
    ),
  ];
}

function findingsOf(planned: DecidedVm, context: Frame): Finding[] {
  const { set, networks } = context;
  const { vm } = planned;
  const cards = [...cardConcerns(vm, networks), ...takenMacs(vm, context)];
  const machine: Concern[] = [
    ...(vm.isTemplate ? [{ id: 'template' } as const] : []),
    ...(vm.power.state === 'suspended' ? [{ id: 'suspended' } as const] : []),
    ...vm.concerns,
    ...bootConcerns(set, vm),
    ...shutdownConcerns(set, vm),
  ];
  return [...machine.map(findingOf), ...diskConcerns(planned), ...cards.map(findingOf)];
}

function checkName(set: ManifestSet, { chosen }: PlannedVm, target: TargetInventory): Problem[] {
  if (!target.takenVmNames.includes(chosen.targetName)) return [];
  const found = `namespace ${set.plan.spec.targetNamespace} has a VirtualMachine "${chosen.targetName}" already`;
  return [errorAt(entryAt(set, chosen.index, 'targetName'), found, 'give another targetName')];
}

/** One for each concern, whichever VMs have it: a plan of hundreds of equal VMs is not drowned in them. */
function warnings(set: ManifestSet, findings: readonly VmFinding[]): Problem[] {
  return [...groupBy(findings, ({ id }) => id)].map(([id, [first, ...more]]) => {
    if (more.length === 0) {
      const at = entryAt(set, first.planned.chosen.index);
      return warningAt(at, `VM "${first.planned.vm.name}": ${first.found}`, first.remedy);
    }
    const names = vmNames([first, ...more].map(({ planned }) => planned.vm.name));
    const alike = more.every(({ found }) => found === first.found);
    const clause = alike ? first.found : foundBy({ id, detail: '…' });
    const found = `${names}, each: ${clause}`;
    return warningAt(planAt(set, 'spec.vms'), found, CONCERNS[id].remedy);
  });
}
