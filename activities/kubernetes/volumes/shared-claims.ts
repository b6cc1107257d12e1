/**
 * Claims that several VirtualMachines use. The one whose migration copied the disk controls its claim. The others own it,
 * too, so that it stays as long as one of them is there.
 */
import { FINISHED_AT, ROLLING_BACK } from '../../../plan/earlier';
import { MOST_SHARERS } from '../../../plan/field-limits';
import { sharedText } from '../../../plan/shared-text';
import type { VmRef } from '../../../plan/vm-ref';
import type { AttachedVolume } from '../../interfaces';
import { failure } from '../../failure';
import type { ApiClient, PatchOperation } from '../api/api-client';
import { isMissing, isStatus } from '../api/errors';
import { isGoing } from '../api/going';
import {
  type OwnerReference,
  VIRTUAL_MACHINES,
  type VirtualMachine,
  VOLUME_CLAIMS,
  type VolumeClaim,
} from '../api/kinds';
import { ownedBy } from '../api/ownership';
import { attachedVolumesOf, attachersOf } from '../objects/attached-volumes';
import { SHAREABLE_LABEL } from '../objects/volume-claim';
import { COPY_ID, notePath, readMarker } from './volume-markers';

/**
 * Makes the VirtualMachine, which stands already, one more owner of a claim that still is what was waited for. A rollback first
 * notes that it goes on, and then looks for VirtualMachines: one of the two sees the other.
 * @throws SharedDiskChanged
 */
export async function shareVolume(
  api: ApiClient,
  namespace: string,
  { volumeName, uid, copyId }: AttachedVolume,
  user: OwnerReference,
): Promise<void> {
  const ref = { name: volumeName, namespace };
  const claim = await api.find(VOLUME_CLAIMS, ref);
  const finishedAt = claim?.metadata?.annotations?.[FINISHED_AT];
  const isIt = claim?.metadata?.uid === uid && !isGoing(claim) && readMarker(claim).copyId === copyId;
  if (!isIt || finishedAt === undefined) throw changed(ref);
  if ((claim?.metadata?.ownerReferences ?? []).some((owner) => owner.uid === user.uid)) return;
  if (claim?.metadata?.annotations?.[ROLLING_BACK] !== undefined) throw changed(ref);
  const operations: PatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: notePath(COPY_ID), value: copyId },
    { op: 'test', path: notePath(FINISHED_AT), value: finishedAt },
    { op: 'add', path: '/metadata/ownerReferences/-', value: user },
  ];
  try {
    await api.patch(VOLUME_CLAIMS, ref, operations);
  } catch (error) {
    if (isStatus(error, 422) || isMissing(error)) throw changed(ref);
    throw error;
  }
}

function changed({ name, namespace }: { name: string; namespace: string }): Error {
  return failure(
    'SharedDiskChanged',
    `claim ${namespace}/${name} is not the one any more that was to be attached, or its migration is rolled back`,
  );
}

/** Takes the VirtualMachine out of the owners of its migration's claims: they stay when it is removed. */
export async function releaseClaims(api: ApiClient, vm: VmRef, machine: VirtualMachine): Promise<void> {
  const { namespace } = vm;
  const uid = machine.metadata?.uid ?? '';
  const { items } = await api.list(VOLUME_CLAIMS, { namespace, labelSelector: ownedBy(vm) });
  for (const { metadata } of items)
    await leave(api, { name: metadata?.name ?? '', namespace }, (owner) => owner.uid === uid);
}

/** Takes the VirtualMachine out of the owners of the claims that it only attaches: its removal must not take one of them with it. */
export async function leaveShared(api: ApiClient, machine: VirtualMachine): Promise<void> {
  const { namespace = '', uid = '' } = machine.metadata ?? {};
  for (const name of attachedVolumesOf(machine))
    await leave(api, { name, namespace }, (owner) => owner.uid === uid && owner.controller !== true);
}

/** The claim may go meanwhile, and other owners come and go: then its place is another one, and is looked up again. */
async function leave(
  api: ApiClient,
  ref: { name: string; namespace: string },
  isIt: (owner: OwnerReference) => boolean,
): Promise<void> {
  for (let changes = 0; ; changes++) {
    const owners = (await api.find(VOLUME_CLAIMS, ref))?.metadata?.ownerReferences ?? [];
    const place = owners.findIndex(isIt);
    if (place === -1) return;
    const path = `/metadata/ownerReferences/${place}`;
    try {
      await api.patch(VOLUME_CLAIMS, ref, [
        { op: 'test', path: `${path}/uid`, value: owners[place]?.uid },
        { op: 'remove', path },
      ]);
      return;
    } catch (error) {
      const hasChanged = isStatus(error, 422) || isMissing(error);
      if (!hasChanged || changes === MOST_SHARERS) throw error;
    }
  }
}

/**
 * Names of other VirtualMachines that name one of these claims as a disk, as many as may share one: whoever makes VirtualMachines
 * can make any number of them. Only shared claims are asked about.
 */
export async function otherUsersOf(
  api: ApiClient,
  claims: readonly VolumeClaim[],
  { namespace, uid }: { namespace: string; uid: string },
): Promise<string[]> {
  const shared = claims.filter(isShared);
  if (shared.length === 0) return [];
  const names = new Set(shared.map(({ metadata }) => metadata?.name));
  const { items } = await api.list(VIRTUAL_MACHINES, { namespace, labelSelector: '' });
  return items
    .filter((machine) => machine.metadata?.uid !== uid && usesAny(machine, names))
    .slice(0, MOST_SHARERS)
    .map(({ metadata }) => metadata?.name ?? '');
}

/**
 * Of the claims of one target. Whoever removes that target takes its volumes along, or lets its source run again.
 * @param uid of its VirtualMachine; empty where that is gone
 * @throws TargetShared
 */
export async function requireNotShared(
  api: ApiClient,
  vm: VmRef,
  { claims, uid }: { claims: readonly VolumeClaim[]; uid: string },
): Promise<void> {
  const usedBy = await otherUsersOf(api, claims, { namespace: vm.namespace, uid });
  if (usedBy.length > 0) throw failure('TargetShared', sharedText(vm, usedBy));
}

/** Whoever may write a claim may take its label off: those that attach it count, too. */
export function isShared(claim: VolumeClaim): boolean {
  return claim.metadata?.labels?.[SHAREABLE_LABEL] === 'true' || attachersOf(claim).length > 0;
}

/** People may name a claim as a DataVolume, too: KubeVirt takes the claim of this name. */
function usesAny({ spec }: VirtualMachine, names: ReadonlySet<string | undefined>): boolean {
  return (spec.template.spec?.volumes ?? []).some(({ dataVolume, persistentVolumeClaim }) => {
    const name = persistentVolumeClaim?.claimName ?? dataVolume?.name;
    return name !== undefined && names.has(name);
  });
}
