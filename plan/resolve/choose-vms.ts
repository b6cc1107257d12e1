/** Which VMs of the source a plan means, and what each will be called. */
import { groupBy } from '../group-by';
import type { SourceVmRef } from '../inventory';
import type { PlanVm } from '../manifests/plan-vm';
import { errorAt, warningAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import { sourceFinder } from './find-source';
import { entryAt, planAt } from './places';
import { nameTargets } from './target-names';

/** A VM of the source, as one entry of the plan means it. */
export interface ChosenVm extends SourceVmRef {
  entry: PlanVm;
  /** Place of the entry in `spec.vms`. */
  index: number;
  targetName: string;
}

export interface Choice {
  /** In the order of the plan. */
  chosen: ChosenVm[];
  /** Entries that mean no VM of the source, each with its problem among {@link problems}. */
  lost: LostEntry[];
  problems: Problem[];
}

export interface LostEntry {
  entry: PlanVm;
  /** Place of the entry in `spec.vms`. */
  index: number;
  problem: Problem;
}

/**
 * Resolves the plan's entries against all VMs of the source; needs no more than their references.
 * `only` narrows the choice to VMs by name, inventory path, moref or instance UUID; absent means all.
 * Entries outside the choice are not held against it.
 */
export function chooseVms(set: ManifestSet, refs: readonly SourceVmRef[], only?: readonly string[]): Choice {
  const { known, lost, repeated } = findEntries(set, refs);
  const named = nameTargets(known);
  if (only === undefined) {
    const problems = [...lost.map(({ problem }) => problem), ...repeated, ...checkNames(set, named, named)];
    return { chosen: named, lost, problems };
  }
  const { chosen, problems, lost: meant } = narrow(set, { named, lost }, only);
  return { chosen, lost: meant, problems: [...problems, ...repeated, ...checkNames(set, named, chosen)] };
}

type KnownEntry = Omit<ChosenVm, 'targetName'>;

const VM = { noun: 'VM', plural: 'VMs', otherwise: 'see `drover inventory vms`' };

function findEntries(set: ManifestSet, refs: readonly SourceVmRef[]) {
  const known = new Map<string, KnownEntry>();
  const lost: LostEntry[] = [];
  const repeated: Problem[] = [];
  const find = sourceFinder(refs, VM);
  set.plan.spec.vms.forEach((entry, index) => {
    const match = find(entry);
    if (match.kind === 'lost') {
      const problem = errorAt(entryAt(set, index, match.field), match.found, match.remedy);
      lost.push({ entry, index, problem });
      return;
    }
    const twin = known.get(match.item.moref);
    if (twin === undefined) {
      known.set(match.item.moref, { ...match.item, entry, index });
      return;
    }
    const found = `VM "${twin.name}" (${twin.moref}) is in the plan already, as spec.vms[${twin.index}]`;
    repeated.push(errorAt(entryAt(set, index), found, 'remove one of the two'));
  });
  return { known: [...known.values()], lost, repeated };
}

const PLANNED_VM = {
  noun: 'VM of the plan',
  plural: 'VMs of the plan',
  otherwise: 'choose among spec.vms of the plan',
};

function narrow(
  set: ManifestSet,
  { named, lost }: { named: readonly ChosenVm[]; lost: readonly LostEntry[] },
  only: readonly string[],
): Choice {
  const problems: Problem[] = [];
  if (only.length === 0)
    problems.push(errorAt(planAt(set, 'spec.vms'), 'no VM was chosen', 'choose at least one, or all'));
  const chosen = new Set<ChosenVm>();
  const gone = new Set<LostEntry>();
  const find = sourceFinder(named, PLANNED_VM);
  for (const text of only) {
    const byId = find({ id: text });
    const match = byId.kind === 'found' ? byId : find({ name: text });
    const meant = lost.filter(({ entry }) => entry.id === text || entry.name === text);
    if (match.kind === 'found') chosen.add(match.item);
    else if (meant.length > 0) meant.forEach((one) => gone.add(one));
    else problems.push(errorAt(planAt(set, 'spec.vms'), match.found, match.remedy));
  }
  const meant = lost.filter((one) => gone.has(one));
  return {
    chosen: named.filter((vm) => chosen.has(vm)),
    lost: meant,
    problems: [...problems, ...meant.map(({ problem }) => problem)],
  };
}

/** Two VMs of one target name; an id whose VM no longer bears the name beside it. */
function checkNames(set: ManifestSet, named: readonly ChosenVm[], chosen: readonly ChosenVm[]): Problem[] {
  const byTarget = groupBy(named, ({ targetName }) => targetName);
  return chosen.flatMap(({ entry, index, moref, name, targetName }) => {
    const problems: Problem[] = [];
    const twin = byTarget.get(targetName)?.find((other) => other.moref !== moref);
    if (twin !== undefined) {
      const found = `VM "${twin.name}" (${twin.moref}) of the plan gets the name "${targetName}", too`;
      problems.push(errorAt(entryAt(set, index, 'targetName'), found, 'give each its own targetName'));
    }
    if (entry.id !== undefined && entry.name !== undefined && entry.name !== name) {
      const found = `${entry.id} is VM "${name}" now, not "${entry.name}"`;
      problems.push(warningAt(entryAt(set, index, 'name'), found, 'check that the id means the right VM'));
    }
    return problems;
  });
}
