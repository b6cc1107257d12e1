/**
 * Refuses a migration, before it makes anything, if earlier migrations of the VM left objects: Drover takes them over only
 * where that is asked for, and never a target that somebody may use.
 */
import {
  describeFormer,
  FINISHED_AT,
  type FormerSuccess,
  type FormerTarget,
  isFinished,
  isOther,
  isUnclear,
  recordsOf,
} from '../../../plan/earlier';
import type { FrozenVm } from '../../../plan/frozen';
import { failure } from '../../failure';
import { readFormerSuccesses } from '../../former-successes';
import type { Cluster } from '../access/clusters';
import { formerTargets, readRemains, type Remains } from './former-targets';
import { mayHaveRun } from './may-have-run';
import { isGoing, stillGoing } from '../api/going';

/**
 * Nothing of this run exists yet, so whatever carries the VM's labels is an earlier run's.
 * @throws AlreadyMigrated, TargetUnclear, TargetLeftOver; TargetUnreachable while something is being removed
 */
export async function refuseFormer(cluster: Cluster, vm: FrozenVm): Promise<void> {
  const { formers, remains } = await requireNoTarget(cluster, vm);
  const going = [...remains.machines, ...remains.claims].find(isGoing);
  if (going !== undefined) throw stillGoing(`${going.metadata?.name}`, 'an earlier migration of this VM');
  const parts = formers.find((former) => isOfPlan(former, vm));
  if (parts !== undefined && vm.adopt !== true) throw leftOver(describeFormer(parts));
  if (formers.length === 0) await refuseRecorded(vm);
}

/**
 * Refuses targets that were finished, or that somebody may use.
 * @throws AlreadyMigrated, TargetUnclear
 */
export async function requireNoTarget(
  { api }: Cluster,
  vm: FrozenVm,
): Promise<{ formers: FormerTarget[]; remains: Remains }> {
  const source = { vcenterUuid: vm.vcenterUuid, moref: vm.vm.moref };
  const remains = await readRemains(api, vm.namespace, source);
  const formers = formerTargets(remains);
  const unsure = formers.some(({ standing }) => standing === 'whole');
  const successes = unsure ? await readRecords(vm) : [];
  for (const former of formers) refuseStranger(former, vm);
  const finished = formers.find((former) => isFinished(former, successes));
  if (finished !== undefined) throw migrated(finished);
  const unclear = formers.find((former) => isUnclear(former) && !mayBeAdopted(former, remains, vm));
  if (unclear !== undefined) throw unclearTarget(unclear);
  const kept = formers.find(({ standing }) => standing === 'rolledBack');
  if (kept !== undefined) throw keptTarget(kept, vm);
  return { formers, remains };
}

/** A target that was made and never ran is as far as its migration came: whoever adopts it goes on from there. */
function mayBeAdopted(former: FormerTarget, { machines }: Remains, vm: FrozenVm): boolean {
  if (vm.adopt !== true || former.standing !== 'whole' || !isOfPlan(former, vm)) return false;
  const machine = machines.find(({ metadata }) => metadata?.name === former.machine);
  return machine !== undefined && former.machine === vm.targetName && mayHaveRun(machine) === null;
}

/**
 * Refuses a VM that Temporal's record calls migrated. Asked only where no object is left: objects decide first, as in
 * a wave.
 */
async function refuseRecorded(vm: FrozenVm): Promise<void> {
  const { again, namespace } = vm;
  if (again === true) return;
  const here = (await readRecords(vm)).find(({ target }) => target.namespace === namespace);
  if (here === undefined) return;
  const { plan, at } = here;
  throw failure(
    'AlreadyMigrated',
    `plan ${plan.namespace}/${plan.name} migrated this VM at ${at}, and its target ${namespace}/${here.target.name} is gone`,
  );
}

async function readRecords({ vcenterUuid, vm, target }: FrozenVm): Promise<FormerSuccess[]> {
  const { moref, instanceUuid } = vm;
  const successes = await readFormerSuccesses([{ vcenterUuid, moref }], target.url);
  return recordsOf({ vcenterUuid, moref, instanceUuid }, successes);
}

/**
 * Refuses a target of another VM that had this VM's id before. This VM's objects would get equal labels, so an abort of
 * this migration would remove the other VM's objects, too.
 */
function refuseStranger(former: FormerTarget, { vm, plan }: FrozenVm): void {
  const { instanceUuid, moref } = former;
  if (!isOther(instanceUuid, vm.instanceUuid)) return;
  throw failure(
    'TargetUnclear',
    `${describeFormer(former)} is of another VM, which had the id ${moref} before; give this VM a plan of another name than ${plan.name}`,
  );
}

function migrated(former: FormerTarget): Error {
  const { plan, finishedAt } = former;
  const when = finishedAt === null ? '' : ` at ${finishedAt}`;
  return failure(
    'AlreadyMigrated',
    `plan ${plan.namespace}/${plan.name} migrated this VM${when}: its target is ${describeFormer(former)}`,
  );
}

function unclearTarget(former: FormerTarget): Error {
  const what = describeFormer(former);
  if (former.machine === null)
    return failure(
      'TargetUnclear',
      `${what} hold what a migration finished, and their VirtualMachine is gone`,
    );
  const note = `kubectl -n ${former.namespace} annotate virtualmachine ${former.machine} ${FINISHED_AT}=DATE`;
  return failure(
    'TargetUnclear',
    `${what} has the disks of an earlier migration of this VM, and nothing says that it was finished; if it serves, its owner notes that: ${note}`,
  );
}

function keptTarget(former: FormerTarget, { vm }: FrozenVm): Error {
  return failure(
    'TargetUnclear',
    `${describeFormer(former)} was kept when this VM was rolled back; if it is not needed, abort this migration, then: drover rollback ${vm.moref} --delete-target`,
  );
}

/**
 * The failure for objects that an unfinished migration left, such as a workflow that somebody terminated. Unasked, Drover
 * does not take them over.
 */
export function leftOver(what: string): Error {
  return failure('TargetLeftOver', `${what} is of a migration of this VM that was not finished`);
}

function isOfPlan({ plan }: FormerTarget, vm: FrozenVm): boolean {
  return plan.name === vm.plan.name && plan.namespace === vm.plan.namespace;
}
