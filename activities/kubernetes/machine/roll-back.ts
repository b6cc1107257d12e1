/**
 * The target of a finished migration: stopped, noted and removed, and never another VirtualMachine that has its name. Each
 * change names the object's uid.
 */
import {
  FINAL_AT,
  FINISHED_AT,
  FINISHED_BY,
  ROLLED_BACK_AT,
  ROLLED_BACK_RUN,
  ROLLING_BACK,
} from '../../../plan/earlier';
import type { VmRef } from '../../../plan/vm-ref';
import { failure } from '../../failure';
import type { TargetLook, TargetRequest } from '../../interfaces';
import type { OffProof } from '../../off-proof';
import type { ApiClient, PatchOperation } from '../api/api-client';
import { isMissing, isStatus } from '../api/errors';
import { type ApiObject, type Kind, VIRTUAL_MACHINES, VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { isGoing } from '../api/going';
import { isOurs, ownedBy, patchOurs, pointer } from '../api/ownership';
import { hasInstance, untilStopped } from './machines';
import { isShared, leaveShared, otherUsersOf, requireNotShared } from '../volumes/shared-claims';
import { remainingOf, untilGone } from '../waiting/gone';
import type { Scope } from '../waiting/scope';
import { DeadlineError } from '../waiting/wait';

/** How long claims and the VirtualMachine may take to go before we say that they are left. */
const REMOVAL_SECONDS = 60;
const HALTED = 'Halted';

/** @throws TargetChanged */
export async function lookAtTarget(api: ApiClient, vm: VmRef, runId: string): Promise<TargetLook> {
  const machine = await api.find(VIRTUAL_MACHINES, refOf(vm));
  if (machine === null || isGoing(machine)) throw changed(vm, 'is gone');
  if (!isOurs(machine, vm)) throw changed(vm, 'is not of this migration: its labels say otherwise');
  const { annotations: notes = {}, uid = '' } = machine.metadata ?? {};
  if ((notes[ROLLED_BACK_RUN] ?? notes[FINISHED_BY]) !== runId)
    throw changed(vm, `has no note that run ${runId} of the migration finished it`);
  const claims = await claimsOf(api, { vm, uid });
  if (claims.length === 0)
    throw changed(vm, 'was made anew: it owns none of the volumes that the migration filled');
  const { runStrategy, running } = machine.spec;
  const usedBy = await otherUsersOf(api, claims, { namespace: vm.namespace, uid });
  const isHalted = runStrategy === HALTED || running === false;
  return {
    uid,
    strategy: runStrategy ?? 'Always',
    isOn: !isHalted || (await hasInstance(api, vm)),
    finishedAt: notes[FINISHED_AT] ?? null,
    finalAt: notes[FINAL_AT] ?? null,
    rolledBackAt: notes[ROLLED_BACK_AT] ?? null,
    ...(usedBy.length > 0 && { usedBy }),
    ...(claims.some(isShared) && { shares: true }),
  };
}

/**
 * From then on no other target attaches volumes of this one, until it is resumed.
 * @throws TargetChanged, MachineNotStopped
 */
export async function stopTarget(scope: Scope, target: TargetRequest): Promise<void> {
  await noteShared(scope.cluster.api, target, [add(ROLLING_BACK, 'true')]);
  await setStrategy(scope.cluster.api, target, HALTED);
  await proveStopped(scope, target.vm);
}

async function proveStopped(scope: Scope, vm: VmRef): Promise<void> {
  try {
    await untilStopped(scope, vm);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('MachineNotStopped', `VirtualMachine ${vm.namespace}/${vm.targetName} is not proven off`);
  }
}

/**
 * Lets others attach its volumes again, and starts it.
 * @param strategy with which it is started; `Halted`: it was off before, and stays off
 * @param prove that the source is off, as the last thing before the start. Absent: the rollback is of an older version, and has
 * proved it itself
 * @returns how we know that the source ran, as one clause: the target stays off; null where it is started
 * @throws TargetChanged
 */
export async function resumeTarget(
  api: ApiClient,
  target: TargetRequest,
  strategy: string,
  prove?: () => Promise<OffProof>,
): Promise<string | null> {
  const proof = await prove?.();
  if (proof?.ran != null) return proof.ran;
  await noteShared(api, target, remove(ROLLING_BACK));
  if (strategy !== HALTED) await setStrategy(api, target, strategy, proof?.startBy);
  return null;
}

/** Notes the claims first and the VirtualMachine last, as `noteFinished` does. */
export async function noteRolledBack(
  api: ApiClient,
  target: TargetRequest,
  { runId, at }: { runId: string; at: string },
): Promise<void> {
  await annotateAll(api, target, ({ metadata }) => [
    ...remove(FINISHED_AT),
    ...remove(FINISHED_BY),
    ...remove(ROLLING_BACK),
    add(ROLLED_BACK_AT, metadata?.annotations?.[ROLLED_BACK_AT] ?? at),
    add(ROLLED_BACK_RUN, runId),
  ]);
}

/** The time of the first note stays. */
export async function noteFinal(api: ApiClient, target: TargetRequest, at: string): Promise<void> {
  await annotateAll(api, target, ({ metadata }) => [add(FINAL_AT, metadata?.annotations?.[FINAL_AT] ?? at)]);
}

/**
 * An earlier attempt may have removed the VirtualMachine already: the claims name it as their owner, and are found by that.
 * @returns what is left, and why
 * @throws TargetShared
 */
export async function deleteTarget(scope: Scope, target: TargetRequest): Promise<string[]> {
  const { vm, uid } = target;
  const { api } = scope.cluster;
  const { namespace } = vm;
  const claims = await claimsOf(api, target);
  await requireNotShared(api, vm, { claims, uid });
  const machine = await api.find(VIRTUAL_MACHINES, refOf(vm));
  if (machine?.metadata?.uid === uid) {
    await proveStopped(scope, vm);
    await leaveShared(api, machine);
    await api.delete(VIRTUAL_MACHINES, refOf(vm), 'Background', uid);
  }
  const names = new Set<string>();
  for (const { metadata } of claims) {
    const name = metadata?.name ?? '';
    await api.delete(VOLUME_CLAIMS, { name, namespace }, 'Background', metadata?.uid);
    names.add(name);
  }
  const remaining = await remainingOf(
    scope,
    VOLUME_CLAIMS,
    { namespace, labelSelector: ownedBy(vm), names },
    { seconds: REMOVAL_SECONDS },
  );
  const left = remaining.map((name) => `${VOLUME_CLAIMS.kind} ${name}: not gone within ${REMOVAL_SECONDS} s`);
  return machine?.metadata?.uid === uid ? [...left, ...(await machineLeft(scope, vm))] : left;
}

async function machineLeft(scope: Scope, vm: VmRef): Promise<string[]> {
  try {
    await untilGone(scope, VIRTUAL_MACHINES, refOf(vm), { seconds: REMOVAL_SECONDS });
    return [];
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return [`${VIRTUAL_MACHINES.kind} ${vm.targetName}: not gone within ${REMOVAL_SECONDS} s`];
  }
}

async function claimsOf(api: ApiClient, { vm, uid }: TargetRequest): Promise<VolumeClaim[]> {
  const where = { namespace: vm.namespace, labelSelector: ownedBy(vm) };
  return (await api.list(VOLUME_CLAIMS, where)).items.filter(({ metadata }) =>
    (metadata?.ownerReferences ?? []).some((owner) => owner.uid === uid),
  );
}

async function setStrategy(
  api: ApiClient,
  target: TargetRequest,
  strategy: string,
  sendBy?: number,
): Promise<void> {
  await patchExactly(
    api,
    { kind: VIRTUAL_MACHINES, ref: refOf(target.vm), uid: target.uid },
    { vm: target.vm, operations: [{ op: 'add', path: '/spec/runStrategy', value: strategy }], sendBy },
  );
}

async function noteShared(
  api: ApiClient,
  target: TargetRequest,
  operations: PatchOperation[],
): Promise<void> {
  const { vm } = target;
  const shared = (await claimsOf(api, target)).filter(isShared);
  await Promise.all(shared.map((claim) => patchSeen(api, VOLUME_CLAIMS, claim, { vm, operations })));
}

async function annotateAll(
  api: ApiClient,
  target: TargetRequest,
  notesOn: (object: ApiObject) => PatchOperation[],
): Promise<void> {
  const { vm, uid } = target;
  const annotate = (kind: Kind<ApiObject>, object: ApiObject) =>
    patchSeen(api, kind, object, { vm, operations: notesOn(object) });
  const machine = await api.find(VIRTUAL_MACHINES, refOf(vm));
  if (machine?.metadata?.uid !== uid) throw changed(vm, 'is gone, or another one has its name');
  await Promise.all((await claimsOf(api, target)).map((claim) => annotate(VOLUME_CLAIMS, claim)));
  await annotate(VIRTUAL_MACHINES, machine);
}

function patchSeen(
  api: ApiClient,
  kind: Kind<ApiObject>,
  { metadata }: ApiObject,
  change: { vm: VmRef; operations: PatchOperation[] },
): Promise<void> {
  const ref = { name: metadata?.name ?? '', namespace: change.vm.namespace };
  return patchExactly(api, { kind, ref, uid: metadata?.uid ?? '' }, change);
}

/** The check and the change are one request. */
async function patchExactly(
  api: ApiClient,
  { kind, ref, uid }: { kind: Kind<ApiObject>; ref: { name: string; namespace: string }; uid: string },
  { vm, operations, sendBy }: { vm: VmRef; operations: PatchOperation[]; sendBy?: number | undefined },
): Promise<void> {
  const isIt: PatchOperation = { op: 'test', path: '/metadata/uid', value: uid };
  try {
    await patchOurs(api, kind, ref, { vm, operations: [isIt, ...operations], sendBy });
  } catch (error) {
    if (!isStatus(error, 422) && !isMissing(error)) throw error;
    const live = await api.find(kind, ref);
    if (live?.metadata?.uid === uid) throw error;
    throw failure(
      'TargetChanged',
      `${kind.kind} ${ref.namespace}/${ref.name} is gone, or another one has its name`,
    );
  }
}

function add(note: string, value: string): PatchOperation {
  return { op: 'add', path: `/metadata/annotations/${pointer(note)}`, value };
}

/** Sets the note before it removes it: a JSON patch fails when it removes what is absent (RFC 6902, 4.2). */
function remove(note: string): PatchOperation[] {
  return [add(note, ''), { op: 'remove', path: `/metadata/annotations/${pointer(note)}` }];
}

function changed(vm: VmRef, how: string): Error {
  return failure('TargetChanged', `VirtualMachine ${vm.namespace}/${vm.targetName} ${how}`);
}

function refOf(vm: VmRef): { name: string; namespace: string } {
  return { name: vm.targetName, namespace: vm.namespace };
}
