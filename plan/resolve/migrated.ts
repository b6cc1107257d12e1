/** VMs of a plan that were migrated before: they are left alone, and counted as done. */
import {
  type Earlier,
  type FormerSuccess,
  type FormerTarget,
  type SourceId,
  describeFormer,
  isFinished,
  isOther,
  isSame,
  recordOf,
  recordsOf,
} from '../earlier';
import type { MigratedVm } from '../frozen';
import { errorAt, warningAt, type Problem } from '../problem';
import type { ManifestSet } from '../manifest-set';
import type { LostEntry } from './choose-vms';
import { entryAt, planAt } from './places';
import type { PlannedVm } from './planned-vm';

/** What to do about a target that is gone. */
const AGAIN = 'to migrate it again, say so: --again';

export interface Sifted {
  /** Those that are to be migrated. */
  vms: PlannedVm[];
  /** By the place of the VM's entry in `spec.vms`. */
  migrated: Map<number, MigratedVm>;
  problems: Problem[];
  /** Of lost entries, whose VMs were migrated before they went. */
  excused: Set<Problem>;
}

/** What the plan means at the source. */
export interface Meant {
  planned: readonly PlannedVm[];
  lost: readonly LostEntry[];
  vcenterUuid: string;
}

/** @param earlier absent where nobody looked */
export function siftMigrated(set: ManifestSet, meant: Meant, earlier: Earlier | undefined): Sifted {
  const { planned, lost, vcenterUuid } = meant;
  const sifted: Sifted = { vms: [], migrated: new Map(), problems: [], excused: new Set() };
  if (earlier === undefined) return { ...sifted, vms: [...planned] };
  for (const one of planned) {
    const judged = judge(set, one, vcenterUuid, earlier);
    sifted.problems.push(...judged.problems);
    if (judged.migrated === null) sifted.vms.push(one);
    else sifted.migrated.set(one.chosen.index, judged.migrated);
  }
  for (const one of lost) {
    const former = formerOfLost(one, vcenterUuid, earlier);
    if (former === null) continue;
    const { problem, migrated } = sourceGone(set, one, former);
    sifted.migrated.set(one.index, migrated);
    sifted.excused.add(one.problem);
    sifted.problems.push(problem);
  }
  sifted.problems.push(...unknownAgain(set, planned, earlier.again));
  return sifted;
}

/** A finished target of this vCenter whose source had the entry's id or name; null where several had. */
function formerOfLost(
  { entry }: LostEntry,
  vcenterUuid: string,
  { targets, successes, again }: Earlier,
): FormerTarget | null {
  const words = [entry.id, entry.name].filter((word) => word !== undefined);
  if (words.some((word) => again.includes(word))) return null;
  const [only, ...others] = targets.filter(
    (former) =>
      former.vcenterUuid === vcenterUuid &&
      isFinished(former, successes) &&
      (entry.id === undefined
        ? entry.name === former.sourceName
        : [former.moref, former.instanceUuid].includes(entry.id)),
  );
  return others.length > 0 ? null : (only ?? null);
}

function sourceGone(set: ManifestSet, { entry, index }: LostEntry, former: FormerTarget) {
  const { vcenterUuid, moref, sourceName, plan, namespace, machine, volumes, missingVolumes } = former;
  const name = entry.name ?? sourceName ?? moref;
  const migrated: MigratedVm = {
    vcenterUuid,
    vm: { name, moref },
    target: { namespace, name: machine ?? '' },
    plan,
    at: former.finishedAt,
    disks: volumes.length + missingVolumes.length,
    targetStands: true,
  };
  const found = `VM "${name}": it was migrated to ${namespace}/${machine} already, and the source is gone`;
  const problem = warningAt(entryAt(set, index), found, 'remove it from the plan when you like');
  return { migrated, problem };
}

/** A name that was mistyped would be taken for no word at all. */
function unknownAgain(set: ManifestSet, planned: readonly PlannedVm[], again: readonly string[]): Problem[] {
  return again
    .filter((text) => !planned.some((one) => isAsked(one, [text])))
    .map((text) =>
      errorAt(
        planAt(set, 'spec.vms'),
        `"${text}" is to be migrated again, and no VM of this run is called so`,
        'name a VM of the plan, that is at the source',
      ),
    );
}

interface Judgement {
  migrated: MigratedVm | null;
  problems: Problem[];
}

function judge(set: ManifestSet, planned: PlannedVm, vcenterUuid: string, earlier: Earlier): Judgement {
  const { chosen } = planned;
  const isIts = (source: SourceId) => isSame(source, { vcenterUuid, moref: chosen.moref });
  const stands = earlier.targets.filter(isIts);
  const stranger = stands.find(({ instanceUuid }) => isOther(instanceUuid, chosen.instanceUuid));
  // The labels of both VMs' objects are the same.
  if (stranger !== undefined) return refusal(set, planned, strangersTarget(stranger));
  const records = recordsOf({ vcenterUuid, ...chosen }, earlier.successes);
  const finished = stands.find((former) => isFinished(former, records));
  const again = isAsked(planned, earlier.again);
  if (finished !== undefined)
    return again
      ? refusal(set, planned, stillStands(finished))
      : done(set, planned, { vcenterUuid, finished, record: recordOf(finished, records) });

  const isHere = ({ target }: FormerSuccess) => target.namespace === set.plan.spec.targetNamespace;
  const notes = [
    ...stands.map((former) => describeRest(former)),
    ...(again ? [] : records.filter((one) => !isHere(one)).map(describeElsewhere)),
    ...nameTakenWithin(
      planned,
      earlier.targets.filter((former) => !isIts(former)),
      set,
    ),
  ];
  const problems = notes.map(({ found, remedy, refuses }) =>
    (refuses ? errorAt : warningAt)(entryAt(set, chosen.index), `VM "${chosen.name}": ${found}`, remedy),
  );
  const record = records.find(isHere);
  // What stands, whatever it is, is looked at by a person first: the record alone decides only where nothing does.
  if (record === undefined || again || stands.length > 0) return { migrated: null, problems };
  const gone = done(set, planned, { vcenterUuid, finished: null, record });
  return { ...gone, problems: [...problems, ...gone.problems] };
}

interface Note {
  found: string;
  remedy: string;
  refuses: boolean;
}

function refusal(set: ManifestSet, { chosen }: PlannedVm, note: Note): Judgement {
  const at = entryAt(set, chosen.index);
  return { migrated: null, problems: [errorAt(at, `VM "${chosen.name}": ${note.found}`, note.remedy)] };
}

function strangersTarget(former: FormerTarget): Note {
  return {
    found: `${describeFormer(former)} is of another VM, which had the id ${former.moref} in this vCenter before`,
    remedy: 'give this VM a plan of another name, and a targetName that is free',
    refuses: true,
  };
}

function stillStands(former: FormerTarget): Note {
  return {
    found: `it is to be migrated again, and ${describeFormer(former)} of its former migration stands`,
    remedy: 'let the owner of that VirtualMachine decide: remove it first, or migrate without --again',
    refuses: true,
  };
}

/** Said beforehand; whether it is in the way is seen when the VM's turn comes. */
function describeRest(former: FormerTarget): Note {
  const what = describeFormer(former);
  switch (former.standing) {
    case 'finished':
    case 'whole':
      return {
        found: `${what} of an earlier migration of this VM stands, and nothing says that this migration was finished`,
        remedy: 'see docs/operations.md, TargetUnclear',
        refuses: false,
      };
    case 'disks':
      return {
        found: `${what} of an earlier migration of this VM stand, and their VirtualMachine is gone`,
        remedy: 'see docs/operations.md, TargetUnclear',
        refuses: false,
      };
    case 'rolledBack':
      return {
        found: `${what} was kept when this VM was rolled back`,
        remedy: `if it is not needed: drover rollback ${former.moref} --delete-target`,
        refuses: true,
      };
    case 'parts':
      return {
        found: `objects of a migration of this VM that was not finished are there (${what})`,
        remedy:
          'if that migration goes on, wait for its end; else --adopt keeps what is proven of them (docs/operations.md, TargetLeftOver)',
        refuses: false,
      };
  }
}

function describeElsewhere({ target, at }: FormerSuccess): Note {
  return {
    found: `it was migrated to ${target.namespace}/${target.name} at ${at}, and this run makes another target of it`,
    remedy: 'if that one serves, take the VM out of the plan',
    refuses: false,
  };
}

/** Within one plan, whose own VirtualMachines are no strangers otherwise. */
function nameTakenWithin(
  { chosen }: PlannedVm,
  others: readonly FormerTarget[],
  { plan: { metadata, spec } }: ManifestSet,
): Note[] {
  const taken = others.find(
    ({ machine, plan }) =>
      machine === chosen.targetName && plan.name === metadata.name && plan.namespace === metadata.namespace,
  );
  if (taken === undefined) return [];
  const found = `namespace ${spec.targetNamespace} has a VirtualMachine "${chosen.targetName}" already, of VM ${taken.moref}`;
  return [{ found, remedy: 'give another targetName', refuses: true }];
}

/** Whether the VM is to be migrated although it was before. */
export function isAsked({ chosen, vm }: PlannedVm, again: readonly string[]): boolean {
  return again.some((text) => [chosen.name, chosen.moref, vm.instanceUuid, vm.inventoryPath].includes(text));
}

interface Former {
  vcenterUuid: string;
  /** Null where it is gone, and only the record is left. */
  finished: FormerTarget | null;
  record: FormerSuccess | null;
}

function done(set: ManifestSet, planned: PlannedVm, former: Former): Judgement {
  const { vcenterUuid, finished, record } = former;
  const { chosen, vm } = planned;
  const { namespace, name } = set.plan.metadata;
  const { targetNamespace } = set.plan.spec;
  const migrated: MigratedVm = {
    vcenterUuid,
    vm: { name: chosen.name, moref: chosen.moref },
    target: {
      namespace: finished?.namespace ?? record?.target.namespace ?? targetNamespace,
      name: finished?.machine ?? record?.target.name ?? chosen.targetName,
    },
    plan: finished?.plan ?? record?.plan ?? { namespace, name },
    at: finished?.finishedAt ?? record?.at ?? null,
    disks: vm.disks.length,
    targetStands: finished !== null,
  };
  const at = entryAt(set, chosen.index);
  const problems = worries(planned, migrated, finished).map(({ found, remedy }) =>
    warningAt(at, `VM "${chosen.name}": ${found}`, remedy),
  );
  return { migrated, problems };
}

/** What its owner should know of a VM that is left alone. */
function worries(
  { vm }: PlannedVm,
  { target, at }: MigratedVm,
  finished: FormerTarget | null,
): Pick<Problem, 'found' | 'remedy'>[] {
  const where = `${target.namespace}/${target.name}`;
  if (finished === null) {
    const found = `it was migrated to ${where} at ${at}, and that VirtualMachine is gone; it is left alone`;
    return [{ found, remedy: AGAIN }];
  }
  const { missingVolumes } = finished;
  return [
    ...(vm.power.state === 'poweredOn'
      ? [
          {
            found: `it was migrated to ${where} already, and the source runs`,
            remedy: 'let one of the two run: both have the same disks and addresses',
          },
        ]
      : []),
    ...(missingVolumes.length > 0
      ? [
          {
            found: `it was migrated to ${where} already, and this target has lost ${missingVolumes.join(', ')}`,
            remedy: 'ask the owner of the target; Drover leaves it alone',
          },
        ]
      : []),
  ];
}
