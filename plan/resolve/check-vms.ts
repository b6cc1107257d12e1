/** What about the VMs of a plan themselves stands in the way of their migration, or will not be the same: its policies. */
import { groupBy } from '../group-by';
import type { TargetInventory } from '../inventory';
import { errorAt, type Problem, problemAt } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { readAcknowledgements } from '../policies/acknowledgements';
import { POLICIES } from '../policies/all';
import { classDemand } from '../policies/class-room';
import { twinCards } from '../policies/of-cards';
import { foundBy, type PlanContext, type Policy, remedyFor, type Subject } from '../policies/policy';
import type { DecidedVm } from './decided-disks';
import type { Frame } from './frame';
import { entryAt, planAt } from './places';
import type { PlannedVm } from './planned-vm';
import { vmNames } from './vm-names';

/** What a policy found of a VM, in the words of a problem. */
interface Finding {
  policy: Policy;
  planned: PlannedVm;
  found: string;
  remedy: string;
  /** Why somebody lives with it; null where nobody said so. */
  why: string | null;
}

export function checkVms(vms: readonly DecidedVm[], frame: Frame & Pick<PlanContext, 'source'>): Problem[] {
  const { set, target } = frame;
  const { whyOf } = readAcknowledgements(set.plan, '');
  const context = {
    ...frame,
    twins: twinCards(vms, frame.networks),
    classDemand: classDemand(vms, target),
  };
  const findings = vms.flatMap((planned) =>
    findingsOf({ planned, context }).map((finding): Finding => ({
      ...finding,
      why: whyOf(finding.policy.id, planned.chosen.index),
    })),
  );
  const isError = (finding: Finding) => severityOf(finding) === 'error';
  return [
    ...findings.filter(isError).map((finding) => problemOf(set, finding)),
    ...vms.flatMap((planned) => checkName(set, planned, target)),
    ...grouped(
      set,
      findings.filter((finding) => !isError(finding)),
    ),
  ];
}

function findingsOf(subject: Subject): Omit<Finding, 'why'>[] {
  const { planned } = subject;
  return POLICIES.flatMap((policy) =>
    policy.judge(subject).map((sighting) => ({
      policy,
      planned,
      found: foundBy(policy, sighting),
      remedy: remedyFor(policy, sighting),
    })),
  );
}

/** What is acknowledged refuses no plan. */
function severityOf({ policy: { severity, impossible }, why }: Finding): Problem['severity'] {
  if (severity !== 'critical') return severity;
  return why === null || impossible ? 'error' : 'warning';
}

function problemOf(set: ManifestSet, finding: Finding): Problem {
  const { planned, found, remedy } = finding;
  return {
    ...problemAt(severityOf(finding), entryAt(set, planned.chosen.index), {
      found: `VM "${planned.vm.name}": ${found}`,
      remedy,
    }),
    ...labelsOf(finding),
  };
}

function labelsOf({ policy, why }: Finding): Pick<Problem, 'policy' | 'acknowledged'> {
  return { policy: policy.id, ...(why !== null && { acknowledged: why }) };
}

function checkName(set: ManifestSet, { chosen }: PlannedVm, target: TargetInventory): Problem[] {
  if (!target.takenVmNames.includes(chosen.targetName)) return [];
  const found = `namespace ${set.plan.spec.targetNamespace} has a VirtualMachine "${chosen.targetName}" already`;
  return [errorAt(entryAt(set, chosen.index, 'targetName'), found, 'give another targetName')];
}

/** One for each policy, whichever VMs have it: a plan of hundreds of equal VMs is not drowned in them. */
function grouped(set: ManifestSet, findings: readonly Finding[]): Problem[] {
  const groups = groupBy(findings, ({ policy, why }) => JSON.stringify([policy.id, why]));
  return [...groups.values()].flatMap((alike) => {
    const [first, ...more] = alike;
    // A policy may find something of several disks of one VM.
    const vms = new Map(alike.map(({ planned: { chosen, vm } }) => [chosen.index, vm.name]));
    if (vms.size === 1) return alike.map((finding) => problemOf(set, finding));
    const same = more.every(({ found }) => found === first.found);
    const clause = same ? first.found : foundBy(first.policy, { detail: '…' });
    const said = { found: `${vmNames([...vms.values()])}, each: ${clause}`, remedy: first.policy.remedy };
    return { ...problemAt(severityOf(first), planAt(set, 'spec.vms'), said), ...labelsOf(first) };
  });
}
