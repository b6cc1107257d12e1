/** Waiting for the volumes of shared disks, which other VMs' migrations copy. */
import { FINISHED_AT } from '../../../plan/earlier';
import type { AttachedDisk, FrozenVm } from '../../../plan/frozen';
import { parseQuantity } from '../../../plan/quantity';
import { judgeSharedVolume, type SharedVolume } from '../../../plan/shared-volume';
import type { AttachedVolume } from '../../interfaces';
import { failure } from '../../failure';
import type { ApiClient } from '../api/api-client';
import { type ApiObject, VIRTUAL_MACHINES, VOLUME_CLAIMS, type VolumeClaim } from '../api/kinds';
import { isGoing } from '../api/going';
import { LABELS } from '../api/ownership';
import { deadlineIn, type Scope } from '../waiting/scope';
import { DeadlineError, waitFor } from '../waiting/wait';
import { readMarker } from './volume-markers';

/** A VirtualMachine is noted to be finished right after its claims, of which the watch tells. */
const LOOK_AGAIN_MS = 4_000;

/** @throws SharedDiskNotReady, SharedDiskChanged */
export async function awaitSharedDisks(
  scope: Scope,
  vm: FrozenVm,
  seconds: number,
): Promise<AttachedVolume[]> {
  const { attached = [], namespace } = vm;
  const names = new Set(attached.map(({ volumeName }) => volumeName));
  const { informers, cluster, progress } = scope;
  let note = '';
  try {
    return await informers.using(cluster, { kind: VOLUME_CLAIMS, namespace }, (claims) =>
      waitFor(
        claims,
        ({ metadata }) => names.has(metadata?.name ?? ''),
        async (heard) => {
          const looks = await Promise.all(attached.map((disk) => look(cluster.api, vm, disk, heard)));
          const waits = looks.flatMap((one) => ('waits' in one ? [one.waits] : []));
          if (waits.length === 0) return looks.flatMap((one) => ('waits' in one ? [] : [one]));
          note = [...new Set(waits)].join('; ');
          progress.report({ note });
          return undefined;
        },
        { ...deadlineIn(scope, seconds), againMs: LOOK_AGAIN_MS },
      ),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw failure('SharedDiskNotReady', `after ${seconds} s, ${note}`);
  }
}

/** @throws SharedDiskChanged */
async function look(
  api: ApiClient,
  vm: FrozenVm,
  disk: AttachedDisk,
  heard: readonly VolumeClaim[],
): Promise<AttachedVolume | { waits: string }> {
  const known = heard.find(({ metadata }) => metadata?.name === disk.volumeName) ?? null;
  // A wait may take hours: only what looks finished is read live.
  const isToRead = known !== null && isNoted(known);
  const ref = { name: disk.volumeName, namespace: vm.namespace };
  const claim = isToRead ? await api.find(VOLUME_CLAIMS, ref) : known;
  const volume = claim === null ? null : await sharedVolume(api, claim);
  const verdict = judgeSharedVolume(disk, volume, { self: vm.vm.moref, vcenterUuid: vm.vcenterUuid });
  if ('waits' in verdict) return verdict;
  if ('unfit' in verdict) throw failure('SharedDiskChanged', `disk ${disk.index}: ${verdict.unfit}`);
  const { evidence, copyId } = verdict;
  const owner = { moref: disk.owner.moref, off: evidence.off };
  return {
    volumeName: disk.volumeName,
    uid: volume?.uid ?? '',
    copyId,
    users: [owner, ...(evidence.sharers ?? [])],
  };
}

async function sharedVolume(api: ApiClient, claim: VolumeClaim): Promise<SharedVolume> {
  const { metadata, spec, status } = claim;
  const size = status?.capacity?.['storage'];
  const { state, copyId, evidence } = readMarker(claim);
  return {
    uid: metadata?.uid ?? '',
    vcenterUuid: metadata?.labels?.[LABELS.vcenter],
    moref: metadata?.labels?.[LABELS.vm],
    isGoing: isGoing(claim),
    isBound: status?.phase === 'Bound',
    volumeMode: spec?.volumeMode ?? null,
    accessModes: spec?.accessModes ?? [],
    capacityBytes: size === undefined ? null : parseQuantity(String(size)),
    copyId: state === 'copied' || state === 'converted' ? copyId : null,
    evidence,
    isFinished: isNoted(claim),
    isMachineFinished: await isMachineFinished(api, claim),
  };
}

/** Of the VirtualMachine that controls the claim: the one that its migration made. */
async function isMachineFinished(api: ApiClient, { metadata }: VolumeClaim): Promise<boolean> {
  const owner = (metadata?.ownerReferences ?? []).find(
    ({ kind, controller }) => kind === VIRTUAL_MACHINES.kind && controller === true,
  );
  if (owner === undefined || !isNoted({ metadata })) return false;
  const machine = await api.find(VIRTUAL_MACHINES, {
    name: owner.name,
    namespace: metadata?.namespace ?? '',
  });
  return machine?.metadata?.uid === owner.uid && !isGoing(machine) && isNoted(machine);
}

function isNoted({ metadata }: ApiObject): boolean {
  return metadata?.annotations?.[FINISHED_AT] !== undefined;
}
