/**
 * The notes on a claim. They say what the volume holds, and which copy wrote it. Drover marks a marked volume again
 * only while its notes name the expected copy: a volume that was lost and replaced is empty, and its claim has no such
 * note.
 */
import { isDnsLabel } from '../../../plan/names';
import type { VmRef } from '../../../plan/vm-ref';
import type { CopyEvidence, VolumeEvidence, VolumeState } from '../../../plan/copy-evidence';
import type { MarkedVolume, MarkRequest } from '../../interfaces';
import { failure } from '../../failure';
import { requireNotLate } from '../../still-ours';
import type { ApiClient, PatchOperation } from '../api/api-client';
import { isMissing, isStatus } from '../api/errors';
import { type OwnerReference, VIRTUAL_MACHINES, VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { patchOurs, pointer } from '../api/ownership';
import { EVIDENCE, readEvidence, writeEvidence } from './volume-evidence';

const STATE = 'drover.dev/volume-state';
export const COPY_ID = 'drover.dev/copy-id';

const STATES: readonly VolumeState[] = ['copied', 'converting', 'converted'];

/** @throws VolumeLost */
export async function markVolume(
  api: ApiClient,
  { vm, volumeName, marker, again, evidence }: MarkRequest,
): Promise<void> {
  if (marker !== null && again) return remark(api, vm, { volumeName, marker });
  const { state = null, copyId = null } = marker ?? {};
  const proof = evidence === undefined ? null : await proofOf(api, { vm, volumeName }, evidence);
  const notes = [...note(STATE, state), ...note(COPY_ID, copyId), ...note(EVIDENCE, proof)];
  await patchClaim(api, vm, volumeName, notes);
}

/** Should somebody replace the claim before it is marked, the new claim has another uid, and the proof fits it no more. */
async function proofOf(
  api: ApiClient,
  { vm, volumeName }: Pick<MarkRequest, 'vm' | 'volumeName'>,
  evidence: CopyEvidence,
): Promise<string> {
  const claim = await api.find(VOLUME_CLAIMS, { name: volumeName, namespace: vm.namespace });
  if (claim === null) throw gone(vm, volumeName);
  return writeEvidence(evidence, claim.metadata?.uid ?? '');
}

/**
 * Gives a marked volume its last marker and its owner, in one request. It has no other owner then: targets of other migrations
 * attach it later, and a worker that stood still meanwhile must not take it from them.
 * @throws VolumeLost; as `requireNotLate`
 */
export async function giveVolume(
  api: ApiClient,
  vm: VmRef,
  volume: MarkedVolume,
  owner: OwnerReference,
): Promise<void> {
  await requireNotLate();
  await remark(api, vm, volume, [{ op: 'add', path: '/metadata/ownerReferences', value: [owner] }]);
}

async function remark(
  api: ApiClient,
  vm: VmRef,
  { volumeName, marker }: MarkedVolume,
  more: PatchOperation[] = [],
): Promise<void> {
  const holdsCopy: PatchOperation = { op: 'test', path: notePath(COPY_ID), value: marker.copyId };
  try {
    await patchClaim(api, vm, volumeName, [holdsCopy, ...note(STATE, marker.state), ...more]);
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
    throw failure('VolumeLost', `volume ${vm.namespace}/${volumeName} does not hold copy ${marker.copyId}`);
  }
}

/**
 * Whether Drover ever gave the volume to a target VM. The request that gives it also writes the state `converted`, or,
 * where nothing was converted, keeps `copied`. The request sets the owner in both cases.
 */
export function holdsFinishedDisk({ metadata }: VolumeClaim): boolean {
  const state = metadata?.annotations?.[STATE] as VolumeState | undefined;
  if (state === 'converted') return true;
  const isOwned = (metadata?.ownerReferences ?? []).some(({ kind }) => kind === VIRTUAL_MACHINES.kind);
  return state === 'copied' && isOwned;
}

/** What a claim says of its volume. Foreign data: whoever may write the claim may write its notes. */
export function readMarker({ metadata }: VolumeClaim): {
  state: VolumeState | null;
  copyId: string | null;
  evidence: VolumeEvidence | 'unreadable' | null;
} {
  const notes = metadata?.annotations ?? {};
  const state = STATES.find((one) => one === notes[STATE]) ?? null;
  const copyId = notes[COPY_ID];
  const isSound = copyId !== undefined && isDnsLabel(copyId);
  return { state, copyId: isSound ? copyId : null, evidence: readEvidence(notes[EVIDENCE]) };
}

export function notePath(key: string): string {
  return `/metadata/annotations/${pointer(key)}`;
}

function note(key: string, value: string | null): PatchOperation[] {
  const path = notePath(key);
  // The patch sets the note before it removes it: a JSON patch fails when it removes what is absent (RFC 6902, 4.2).
  const set: PatchOperation = { op: 'add', path, value: value ?? '' };
  return value === null ? [set, { op: 'remove', path }] : [set];
}

async function patchClaim(
  api: ApiClient,
  vm: VmRef,
  volumeName: string,
  operations: PatchOperation[],
): Promise<void> {
  try {
    await patchOurs(api, VOLUME_CLAIMS, { name: volumeName, namespace: vm.namespace }, { vm, operations });
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw gone(vm, volumeName);
  }
}

function gone(vm: VmRef, volumeName: string): Error {
  return failure('VolumeLost', `volume ${vm.namespace}/${volumeName} is gone`);
}
